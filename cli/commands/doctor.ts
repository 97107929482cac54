import { isIP } from "node:net";
import { InvalidArgumentError, type Command } from "commander";
import { examine, type Examination } from "../doctor/examine";
import { EXIT } from "../errors";
import { positiveNumber, type GlobalOptions } from "../options";
import { count, note, paint, plain, print, printJson } from "../output";
import { withHost } from "../withHost";

interface DoctorOptions {
  resolver: string[];
  dkimSelector: string[];
  blockList: string[];
  egressHost?: string;
  seconds: number;
  oldest: number;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("asks everything that usually goes wrong, and says what to do; silent on a healthy relay")
    .option("--resolver <address>", "ask this name server what the world sees (default: this machine's)", resolver, [])
    .option("--dkim-selector <name>", "also check the DKIM key of this other signer; may be repeated", repeated, [])
    .option(
      "--block-list <zone>",
      "a DNS block list to ask instead of those the deploy asks; may be repeated",
      repeated,
      [],
    )
    .option("--egress-host <name>", "try the ports out with this server instead of well-known ones")
    .option("--seconds <number>", "how long one server may take to answer", positiveNumber, 8)
    .option("--oldest <minutes>", "mail that has waited longer than this is a fault", positiveNumber, 60)
    .addHelpText(
      "after",
      `
It looks at services, listeners and a real login, whether strangers may relay, the user database, the certificate, the
next hop, disk, clock, the queue's age, the last deploy, edits made by hand, the log of the last hour, and at DNS as this
machine or --resolver sees it: address, reverse name, SPF, DKIM, DMARC, and block lists. It changes nothing and sends no
mail.

  mail-relay doctor --resolver 9.9.9.9 --dkim-selector mail
  mail-relay doctor --json | jq -r '.findings[].id'

Exit code ${EXIT.problem} when there is a fault; warnings alone are ${EXIT.ok}.`,
    )
    .action(async (options: DoctorOptions, command: Command) => {
      await withHost(command, async (host) => {
        const examination = await examine(host, {
          resolvers: options.resolver,
          selectors: options.dkimSelector,
          blockLists: options.blockList,
          egressHost: options.egressHost,
          seconds: options.seconds,
          oldestSeconds: options.oldest * 60,
        });
        if (command.optsWithGlobals<GlobalOptions>().json) printJson(examination);
        else printExamination(examination);
        if (examination.findings.some(({ severity }) => severity === "fault")) process.exitCode = EXIT.problem;
      });
    });
}

/** Faults and warnings for people; one line when there are none. */
export function printExamination({ checks, findings, notes, unchecked }: Examination): void {
  for (const line of unchecked) note(line);
  if (findings.length === 0) return print(`all is well (${checks} checks)`);
  for (const { id, severity, what, todo } of findings) {
    const mark = severity === "fault" ? paint.red("✗ fault  ") : paint.yellow("! warning");
    print(`${mark} ${plain(what)} ${paint.dim(`[${id}]`)}`);
    print(`          ${plain(todo)}`);
  }
  const faults = findings.filter(({ severity }) => severity === "fault").length;
  print(`${count(faults, "fault")}, ${count(findings.length - faults, "warning")} in ${checks} checks`);
  for (const line of notes) note(line);
}

const repeated = (value: string, earlier: string[]): string[] => [...earlier, value];

function resolver(value: string, earlier: string[]): string[] {
  if (isIP(value) === 0) throw new InvalidArgumentError("It must be an address.");
  return [...earlier, value];
}
