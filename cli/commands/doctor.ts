import { createRequire } from "node:module";
import { isIP } from "node:net";
import { InvalidArgumentError, type Command } from "commander";
import type { Examination } from "../doctor/examine";
import { EXIT } from "../errors";
import { positiveNumber, type GlobalOptions } from "../options";
import { count, note, paint, plain, print, printJson } from "../output";
import { withHost } from "../withHost";

/** Loaded when the command runs: help and usage errors need not wait for it. */
const load = createRequire(__filename);

interface DoctorOptions {
  resolver?: string[];
  dkimSelector?: string[];
  blockList?: string[];
  egressHost?: string;
  seconds: number;
  oldest: number;
}

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check everything that commonly goes wrong, and say how to fix it")
    .option("--resolver <address>", "the name server to ask (default: this machine's)", resolver)
    .option("--dkim-selector <name>", "also look for the DKIM key of another signer; repeat it for more", repeated)
    .option(
      "--block-list <zone>",
      "a DNS block list to ask instead of those of the deploy; repeat it for more",
      repeated,
    )
    .option("--egress-host <name>", "test outgoing ports with this server instead of well-known ones")
    .option("--seconds <number>", "how long to wait for each server", positiveNumber, 8)
    .option("--oldest <minutes>", "report mail that has waited longer than this", positiveNumber, 60)
    .addHelpText(
      "after",
      `
Checks services, listeners, a real login, relaying by strangers, the user database, the certificate, the next hop, disk,
clock, queue age, the last deploy, manual edits and the log of the last hour; exposed secrets, accounts, packages, the
firewall and files that were changed around the relay. Compares DNS, as this machine or --resolver sees it, with the
stack's output dnsRecords; with --host, which names no stack, it checks only the A and PTR records.
Asks the block lists that the last deploy asked. It changes nothing and sends no mail.

  mail-relay doctor --resolver 9.9.9.9
  mail-relay doctor --json | jq -r '.findings[].id'

Exit code ${EXIT.problem} if there is a fault, ${EXIT.ok} if there are only warnings.`,
    )
    .action(async (options: DoctorOptions, command: Command) => {
      await withHost(command, async (host) => {
        const { examine } = load("../doctor/examine") as typeof import("../doctor/examine");
        const examination = await examine(host, {
          resolvers: options.resolver ?? [],
          selectors: options.dkimSelector ?? [],
          blockLists: options.blockList ?? [],
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

/** Faults and warnings for people; one line if there are none. */
function printExamination({ checks, findings, notes, unchecked }: Examination): void {
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

const repeated = (value: string, earlier: string[] = []): string[] => [...earlier, value];

function resolver(value: string, earlier: string[] = []): string[] {
  if (isIP(value) === 0) throw new InvalidArgumentError("It must be an IP address.");
  return [...earlier, value];
}
