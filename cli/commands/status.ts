import type { Command } from "commander";
import { EXIT } from "../errors";
import type { GlobalOptions } from "../options";
import { age, count, duration, paint, plain, print, printJson, size } from "../output";
import { survey, type DeploySeen, type Looked, type MachineSeen, type Parts, type Survey } from "../survey";
import { withHost } from "../withHost";

type Status = Survey<"services" | "queueSizes" | "certificate" | "machine" | "deploy">;

export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("show services, listeners, queue, certificate, disk, upgrades and the last deploy")
    .addHelpText(
      "after",
      `
Talks to each listener up to the greeting and TLS, and tries one login, on the host itself.

  mail-relay status
  mail-relay status --json | jq .queueSizes.seen.queues

Exit code ${EXIT.problem} if a service or listener is down; \`mail-relay doctor\` says what to do.`,
    )
    .action(async (_options: object, command: Command) => {
      await withHost(command, async (host) => {
        const parts = { services: {}, queueSizes: {}, certificate: {}, machine: { upgrades: true }, deploy: {} };
        const status = await survey(host, parts);
        if (command.optsWithGlobals<GlobalOptions>().json) printJson(status);
        else printStatus(host.target.label, status);
        if (!serves(status)) process.exitCode = EXIT.problem;
      });
    });
}

function serves({ services: { seen } }: Status): boolean {
  return (
    seen !== undefined &&
    seen.units.every(({ runs }) => runs) &&
    seen.listeners.every(({ problem }) => problem === null)
  );
}

const WIDTH = 13;

function printStatus(label: string, status: Status): void {
  const { machine, services, queueSizes, certificate, deploy } = status;
  print(paint.bold(label) + (machine.seen ? `  Postfix ${plain(machine.seen.version)}` : ""));
  line("services", services, unitsText);
  line("listeners", services, listenersText);
  line("queue", queueSizes, queueText);
  line("certificate", certificate, certificateText);
  line("disk", machine, diskText);
  line("upgrades", machine, upgradesText);
  line("last deploy", deploy, deployText);
  line("last proof", deploy, proofText);
}

function line<Part>(name: string, { seen, problem }: Looked<Part>, text: (part: Part) => string): void {
  const value = problem === undefined ? text(seen) : paint.red(`not known: ${plain(problem)}`);
  print(`${name.padEnd(WIDTH)}${value}`);
}

const mark = (good: boolean, text: string): string => (good ? text : paint.red(text));

function unitsText({ units }: Parts["services"]): string {
  return units
    .map(({ unit, enabled, runs }) => {
      const state = [runs ? "runs" : "does not run", ...(/^(enabled|static|generated)/.test(enabled) ? [] : [enabled])];
      return mark(runs && state.length === 1, plain(`${unit} ${state.join(", ")}`));
    })
    .join(", ");
}

function listenersText({ listeners }: Parts["services"]): string {
  const shown = listeners.filter(({ service }) => !service.startsWith("127."));
  if (shown.length === 0) return paint.red("none");
  return shown
    .map(({ port, tls, auth, mechanisms, problem, login }) => {
      if (problem !== null) return paint.red(`${port} ${plain(problem)}`);
      if (login !== null && !login.startsWith("235")) return paint.red(`${port} refuses a login: ${plain(login)}`);
      return `${port} ${tls === "implicit" ? "TLS" : "STARTTLS"}${auth ? `, logins by ${plain(mechanisms.join(" "))}` : ""}`;
    })
    .join("; ");
}

function queueText({ queues, problem }: Parts["queueSizes"]): string {
  if (problem !== null) return paint.red(plain(problem));
  const filled = Object.entries(queues).filter(([, { messages }]) => messages > 0);
  if (filled.length === 0) return "empty";
  return filled
    .map(([name, { messages, oldestSeconds }]) => `${name} ${messages} (oldest ${duration(oldestSeconds ?? 0)})`)
    .join(", ");
}

function certificateText({ problem, ends, now, names = [], selfSigned }: Parts["certificate"]): string {
  if (problem !== null || ends === undefined) return paint.red(plain(problem ?? "unreadable"));
  const days = Math.floor((ends - now) / 86_400);
  const text = days < 0 ? `ended ${count(-days, "day")} ago` : `ends in ${count(days, "day")}`;
  return mark(days >= 0, `${text}, for ${plain(names.join(", "))}${selfSigned ? ", self-signed" : ""}`);
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

function diskText({ fileSystems }: MachineSeen): string {
  return fileSystems
    .map(({ path, bytes, bytesFree, inodes, inodesFree }) => {
      const inodeText = inodes === null || inodesFree === null ? "" : `, inodes ${percent(inodesFree, inodes)}`;
      return `${plain(path)} ${size(bytesFree)} free (${percent(bytesFree, bytes)}${inodeText})`;
    })
    .join("; ");
}

function upgradesText({ upgrades, rebootRequired }: MachineSeen): string {
  const { packages = 0, security = 0 } = upgrades ?? {};
  const pending = packages === 0 ? "none pending" : `${count(packages, "package")}, ${security} for security`;
  return `${pending}; ${rebootRequired ? paint.yellow("a reboot is due") : "no reboot due"}`;
}

function deployText({ deployed, generation, atWork, halfWay }: DeploySeen): string {
  if (deployed === null) return paint.yellow("none has finished on this host");
  const state = [
    ...(atWork ? ["one is running"] : []),
    ...(halfWay ? [paint.red("the last one was interrupted")] : []),
  ];
  return [`${when(deployed)}, generation ${plain(generation ?? "unknown")}`, ...state].join("; ");
}

function proofText({ proof }: DeploySeen): string {
  if (proof === null) return paint.yellow("none recorded yet");
  if (proof.result === null) return paint.red(`${when(proof.time)}: failed`);
  const { passed, skipped } = proof.result;
  const left = Object.keys(skipped).length;
  return `${when(proof.time)}: ${passed.length} passed${left > 0 ? `, ${left} skipped` : ""}`;
}

const when = (time: number): string =>
  `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC (${age(time)} ago)`;
