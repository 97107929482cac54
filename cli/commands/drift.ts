import type { Command } from "commander";
import { EXIT } from "../errors";
import type { GlobalOptions } from "../options";
import { paint, plain, print, printJson } from "../output";
import type { Difference, DriftSeen } from "../survey";
import { withHost } from "../withHost";

export function registerDrift(program: Command): void {
  program
    .command("drift")
    .description("show what was changed on the host since the last deploy")
    .addHelpText(
      "after",
      `
Compares configuration, users, modes, links and services with the records of the last deploy. Shows a changed file as a
diff (- installed, + present) if the installed text is still known. Files that hold secrets are never shown.

  mail-relay drift
  mail-relay drift --json | jq -r '.differences[].path'

Exit code ${EXIT.problem} if something differs.`,
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
  if (!deployed) return print("no deploy has finished on this host: there is nothing to compare with");
  if (differences.length === 0) return print("the host is as the last deploy left it");
  for (const difference of differences) {
    print(`${paint.bold(plain(difference.path))}: ${plain(describe(difference))}`);
    for (const line of difference.diff ?? []) print(`  ${painted(plain(line))}`);
  }
  print();
  const steps = [...new Set(differences.map(({ step }) => step))];
  print(
    `The next \`pulumi up\` with \`driftCheck: true\` repairs this, in the step${steps.length > 1 ? "s" : ""} ${steps.join(" and ")}; ` +
      "without driftCheck, an up with nothing else to change does not look at the host.",
  );
}

function describe({ aspect, installed, present, secret, diff, added = [], removed = [] }: Difference): string {
  switch (aspect) {
    case "content":
      if (secret) return "the content was changed; it is not shown, because it is secret";
      return diff ? "the content was changed" : "the content was changed; the installed text is no longer known here";
    case "link":
      return present === "none" ? "a file instead of a link" : `leads to ${present} instead of ${installed}`;
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
    case "listener":
      return `gives no greeting: ${present}`;
    case "service":
      return `is ${present} instead of ${installed}`;
  }
}

function painted(line: string): string {
  if (line.startsWith("+")) return paint.green(line);
  return line.startsWith("-") ? paint.red(line) : paint.dim(line);
}
