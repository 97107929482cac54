import { build } from "../build";
import { listClouds, RequirementError } from "../cloud";
import type { Release } from "../cloud/types";
import { EngineError, type Operation, type RunResult } from "../engine";
import { createLab, removeLab, reopenLab, type Lab, type RelayOutputs } from "../lab";
import { deliver, show, submission } from "./delivery";
import { command, sandboxCommand } from "./running";
import { bold, CommandError, EXIT, green, interruptible, print, progress } from "./terminal";

interface UpOptions {
  name: string;
  release?: Release;
}

/** `npm run up`: a sandbox with a relay in it, from whatever state an earlier one was left in. */
export async function up(options: UpOptions): Promise<void> {
  await interruptible(async (signal) => {
    await build();
    const lab = await openOrCreate(options, signal);
    try {
      signal.throwIfAborted();
      heading("Running the program");
      const result = await lab.up({ onLine: progress, signal });
      if (isUnchanged(result)) print(green("Nothing to change: the relay is as the program says."));
      heading("Sending a message through the relay");
      const letter = { from: "alice@example.test", to: "someone@receiver.test", subject: "Hello from the sandbox" };
      show(await deliver(lab, letter, signal));
      await summarize(options.name, lab);
    } catch (error) {
      throw asCommandError(error, options.name, signal);
    }
  });
}

async function openOrCreate({ name, release }: UpOptions, signal: AbortSignal): Promise<Lab> {
  const running = await reopenLab(name, progress);
  if (running) {
    if (release && release !== running.release) {
      const other = `run ${command("down", name)} first, or give this one another --name`;
      throw new CommandError(`sandbox "${name}" is running with ${running.release}; ${other}`, EXIT.usage);
    }
    print(`Sandbox "${name}" is running already.`);
    return running;
  }
  if ((await listClouds()).some((cloud) => cloud.name === name)) {
    print(`An earlier sandbox "${name}" did not end well; removing what is left of it.`);
    await removeLab(name);
  }
  heading(`Starting the sandbox "${name}"`);
  try {
    return await createLab({ name, release, keep: true, onProgress: progress });
  } catch (error) {
    if (signal.aborted) throw new CommandError("Interrupted. Nothing of the sandbox is left.", EXIT.interrupted);
    if (error instanceof RequirementError) throw new CommandError(error.message, EXIT.requirements);
    throw error;
  }
}

const isUnchanged = ({ operations }: RunResult) => operations.every(({ kind }: Operation) => kind === "same");

function asCommandError(error: unknown, name: string, signal: AbortSignal): CommandError {
  const message = error instanceof Error ? error.message : String(error);
  const left = `The sandbox is still there: ${command("up", name)} goes on from here, ${command("down", name)} removes it.`;
  if (signal.aborted) return new CommandError(`Interrupted. ${left}`, EXIT.interrupted);
  // The engine has said what failed, in full, while it ran.
  const what = error instanceof EngineError ? "The program did not finish; the errors are above." : message;
  return new CommandError(`${what}\n${left}`);
}

async function summarize(name: string, lab: Lab): Promise<void> {
  const { hostname, address, endpoints, logins } = await lab.outputs();
  const { port, login } = submission({ endpoints, logins });
  const rows: [string, string][] = [
    ["Relay", `${hostname} at ${address}, on Debian's ${lab.release}`],
    ["Ports", endpoints.map(describeEndpoint).join(", ")],
    ["Logins", Object.keys(logins).join(", ")],
    ["Passwords", sandboxCommand("outputs --json", name)],
    ["Send more", sandboxCommand("send", name)],
    ["or", curlCommand(`${address}:${port}`, login)],
    ["Stop", command("down", name)],
  ];
  heading("The relay is up, and stays so until it is stopped.");
  for (const [label, text] of rows) print(`  ${label.padEnd(10)} ${text}`);
}

/** Without a password curl asks for it, so that none ends in the shell's history. */
const curlCommand = (server: string, login: string) =>
  `printf 'Subject: Hi\\n\\nHello\\n' | curl -T - --ssl-reqd --insecure smtp://${server} --user ${login} ` +
  `--mail-from ${login}@example.test --mail-rcpt someone@receiver.test`;

function describeEndpoint({ port, tls, auth }: RelayOutputs["endpoints"][number]): string {
  const start = tls === "implicit" ? "TLS" : "STARTTLS";
  return `${port} (${start}, ${auth ? "login" : "trusted addresses only"})`;
}

const heading = (text: string) => print(`\n${bold(text)}`);
