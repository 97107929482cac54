import type { Command } from "commander";
import { EXIT } from "../errors";
import type { GlobalOptions } from "../options";
import { paint, plain, print, printJson } from "../output";
import type { Difference, DriftSeen } from "../survey";
import { withHost } from "../withHost";

export function registerDrift(program: Command): void {
  program
    .command("drift")
    .description("what was changed on the host since the last deploy, and what the next deploy would repair")
    .addHelpText(
      "after",
      `
Configuration, users, modes, links and services are compared with what the last deploy noted. A changed file is shown as
a diff (- installed, + present) where the installed text is still known and it is no secret; passwords never are.

  mail-relay drift
  mail-relay drift --json | jq -r '.differences[].path'

Exit code ${EXIT.problem} when something differs.`,
    )
    .action(async (_options: object, command: Command) => {
      await withHost(command, async (host) => {
        const { mainCf, masterCf } = host.target.outputs ?? {};
        const texts = { ...(mainCf && { "main.cf": mainCf }), ...(masterCf && { "master.cf": masterCf }) };
        const seen = await host.ask<DriftSeen>("drift", { texts });
        if (command.optsWithGlobals<GlobalOptions>().json) printJson(seen);
        else printDrift(seen);
        if (seen.differences.length > 0) process.exitCode = EXIT.problem;
      });
    });
}

function printDrift({ deployed, differences }: DriftSeen): void {
  if (!deployed) return print("no deploy has finished on this host, so there is nothing to compare with");
  if (differences.length === 0) return print("the host is as the last deploy left it");
  for (const difference of differences) {
    print(`${paint.bold(plain(difference.path))}: ${describe(difference)}`);
    for (const line of difference.diff ?? []) print(`  ${painted(plain(line))}`);
  }
  print();
  const steps = [...new Set(differences.map(({ step }) => step))];
  print(
    `The next \`pulumi up\` with \`driftCheck: true\` repairs all of it, in the step${steps.length > 1 ? "s" : ""} ${steps.join(" and ")}; ` +
      "without driftCheck an up that has nothing else to change does not look.",
  );
}

function describe({ aspect, installed, present, secret, diff, added = [], removed = [] }: Difference): string {
  switch (aspect) {
    case "content":
      if (secret) return "the content is another one; it is secret, so it is not shown";
      return diff ? "the content was changed" : "the content was changed; what was installed is no longer known here";
    case "link":
      return present === "none" ? "a file of its own instead of a link" : `leads to ${present} instead of ${installed}`;
    case "mode":
      return `mode and owner are ${present} instead of ${installed}`;
    case "gone":
      return "is gone";
    case "new":
      return "was not there after the last deploy";
    case "users": {
      const logins = [
        ...(added.length > 0 ? [`added ${added.join(", ")}`] : []),
        ...(removed.length > 0 ? [`removed ${removed.join(", ")}`] : []),
      ];
      return logins.length > 0 ? `logins were ${logins.join("; ")}` : "passwords were changed";
    }
    case "service":
      return `is ${present} instead of ${installed}`;
  }
}

function painted(line: string): string {
  if (line.startsWith("+")) return paint.green(line);
  return line.startsWith("-") ? paint.red(line) : paint.dim(line);
}
