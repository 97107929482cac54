/** Runs one command on an open connection, as remote.Command does. */
import type { Client, ClientChannel } from "ssh2";
import type { OperationContext } from "../provider";

export interface Script {
  command: string;
  stdin: string | undefined;
  /** Must all be accepted by the server. */
  environment: Record<string, string>;
  /** Set if the server accepts them; a refusal is only told. */
  optionalEnvironment: Record<string, string>;
  logStdout: boolean;
  logStderr: boolean;
}

export interface Output {
  stdout: string;
  stderr: string;
}

const REFUSED = "This only works if the SSH server accepts the variable: see AcceptEnv in sshd_config.";

/** Runs the script; rejects with its exit status, its whole text and all its output when it fails. */
export async function runScript(client: Client, script: Script, context: OperationContext): Promise<Output> {
  const environment = { ...script.environment, ...script.optionalEnvironment };
  const refused = await refusedNames(client, environment);
  for (const name of refused) {
    if (name in script.environment) {
      throw new Error(`could not set environment variable "${name}". ${REFUSED}`);
    }
    context.log("warning", `Unable to set '${name}'. ${REFUSED}`);
  }
  const channel = await open(client, script.command, environment);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const both: Buffer[] = [];
  const collect = (into: Buffer[]) => (chunk: Buffer) => {
    into.push(chunk);
    both.push(chunk);
  };
  channel.on("data", collect(stdout));
  channel.stderr.on("data", collect(stderr));
  const logs = [
    ...(script.logStdout ? [logLines(channel, context)] : []),
    ...(script.logStderr ? [logLines(channel.stderr, context)] : []),
  ];
  const ended = exitStatus(channel);
  channel.end(script.stdin ?? "");
  const problem = await ended;
  logs.forEach((finish) => finish());
  if (problem !== undefined) {
    throw new Error(`${problem}: running ${JSON.stringify(script.command)}:\n${text(both)}`);
  }
  return { stdout: text(stdout).replace(/\n$/, ""), stderr: text(stderr).replace(/\n$/, "") };
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

function open(client: Client, command: string, env: Record<string, string>): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, { env }, (error, channel) => (error === undefined ? resolve(channel) : reject(error)));
  });
}

/** What went wrong, undefined for exit status 0. */
function exitStatus(channel: ClientChannel): Promise<string | undefined> {
  return new Promise((resolve) => {
    let problem: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, signal?: string) => {
      if (code === null) {
        problem = `Process exited with status 1 from signal ${(signal ?? "").replace(/^SIG/, "")}`;
      } else {
        problem = code === 0 ? undefined : `Process exited with status ${code}`;
      }
    });
    channel.on("close", () => resolve(problem));
  });
}

/** Prints whole lines as they come; the result prints what is left. */
function logLines(stream: NodeJS.ReadableStream, context: OperationContext): () => void {
  let rest = "";
  const print = (line: string) => {
    if (line.trim() !== "") {
      context.log("info", line);
    }
  };
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(print);
  });
  return () => print(rest);
}

/** The SSH library does not tell whether a variable was accepted, so a look at the environment has to. */
async function refusedNames(client: Client, environment: Record<string, string>): Promise<string[]> {
  const names = Object.keys(environment);
  if (names.length === 0) {
    return [];
  }
  const channel = await open(client, "env", environment);
  const chunks: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => chunks.push(chunk));
  channel.stderr.resume();
  await exitStatus(channel);
  const lines = text(chunks).split("\n");
  return names.filter((name) => !lines.includes(`${name}=${environment[name] ?? ""}`.split("\n")[0] ?? ""));
}
