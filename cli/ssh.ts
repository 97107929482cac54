import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { CommandError, EXIT, unreachable } from "./errors";
import { hostFolder, hostModules } from "./hostModules";
import { note } from "./output";
import type { Target } from "./target";

const CONNECT_TIMEOUT_MS = 15_000;
/** A connection whose other end is gone is noticed after three of these. */
const KEEPALIVE_MS = 10_000;
/** What a shell answers when a program is not there. */
const NOT_FOUND = 127;

/** A message of the protocol with host/launch.py: one JSON object on each line of standard output. */
type Line<Row> = { row: Row } | { note: string } | { error: string };

/** One SSH connection, on which scripts of `cli/host` run as root. */
export class Host {
  private constructor(
    readonly target: Target,
    private readonly client: Client,
  ) {}

  static async connect(target: Target): Promise<Host> {
    const client = new Client();
    await new Promise<void>((connected, failed) => {
      client.once("ready", connected);
      client.once("error", (error) => failed(connectError(error, target)));
      client.once("close", () => failed(unreachable(`${target.label} closed the connection`)));
      client.connect(clientConfig(target));
    });
    // A later error ends the running channel, which reports it.
    client.on("error", () => client.end());
    return new Host(target, client);
  }

  /** The one answer of a script. */
  async ask<Answer>(script: string, args: object, more: string[] = []): Promise<Answer> {
    for await (const row of this.stream<Answer>(script, args, more)) return row;
    throw new CommandError(`${this.target.label}: the script on the host ended without an answer`);
  }

  /**
   * The answers of a script, as they come. Script and arguments travel on standard input, never on a command line. The
   * script ends when it has no more to say, or when the connection is closed. `more` are modules that it imports by a
   * name from its arguments.
   */
  async *stream<Row>(script: string, args: object, more: string[] = []): AsyncGenerator<Row> {
    const channel = await this.execute();
    const ended = new Promise<number | undefined>((resolve) => {
      channel.once("close", (code?: number | null) => resolve(code ?? undefined));
    });
    const complaints = text(channel.stderr);
    channel.on("error", () => undefined);
    channel.write(`${JSON.stringify({ modules: hostModules([script, ...more]), script, args })}\n`);
    for await (const line of createInterface({ input: channel, crlfDelay: Infinity })) {
      const message = parsed<Row>(line, this.target);
      if ("row" in message) yield message.row;
      else if ("note" in message) note(message.note);
      else throw new CommandError(`${this.target.label}: ${message.error}`);
    }
    const code = await ended;
    if (code !== 0) throw scriptError(code, await complaints, this.target);
  }

  close(): void {
    this.client.end();
  }

  private execute(): Promise<ClientChannel> {
    const launch = `python3 -B -c '${readFileSync(join(hostFolder, "launch.py"), "utf8")}'`;
    const command = this.target.user === "root" ? launch : `sudo -n ${launch}`;
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error) reject(unreachable(`${this.target.label} does not run commands over SSH: ${error.message}`));
        else resolve(channel);
      });
    });
  }
}

function clientConfig({ host, port, user, privateKey, hostKey }: Target): ConnectConfig {
  const [, key = ""] = hostKey.split(" ");
  const pinned = Buffer.from(key, "base64");
  return {
    host,
    port,
    username: user,
    privateKey,
    agent: privateKey === undefined ? process.env.SSH_AUTH_SOCK : undefined,
    readyTimeout: CONNECT_TIMEOUT_MS,
    keepaliveInterval: KEEPALIVE_MS,
    algorithms: { serverHostKey: ["ssh-ed25519"] },
    hostVerifier: (offered: Buffer) => offered.equals(pinned),
  };
}

/** One sentence for each way in which a connection does not come about. */
function connectError(error: Error & { level?: string; code?: string }, target: Target): CommandError {
  const { label, port, user, privateKey } = target;
  if (/verification failed|no matching host key/i.test(error.message)) {
    return unreachable(
      `${label} shows another host key than the one expected: it was reinstalled, or somebody is in between; nothing was sent`,
    );
  }
  if (error.level === "client-authentication" || error.level === "agent") {
    const key = privateKey === undefined ? "ssh-agent has no key that fits" : "it does not accept this key";
    return unreachable(`${label} does not let ${user} in: ${key}`);
  }
  if (error.level === "client-timeout") {
    return unreachable(`${label} does not answer on port ${port} within ${CONNECT_TIMEOUT_MS / 1000} seconds`);
  }
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") return unreachable(`there is no host named ${label}`);
  if (error.code === "ECONNREFUSED") return unreachable(`${label} refuses connections on port ${port}: no SSH there`);
  return unreachable(`${label} cannot be reached on port ${port}: ${error.message}`);
}

function parsed<Row>(line: string, { label, user }: Target): Line<Row> {
  try {
    return JSON.parse(line) as Line<Row>;
  } catch {
    throw new CommandError(
      `${label}: the shell of ${user} prints text of its own (${JSON.stringify(line.slice(0, 60))}); its startup files must not`,
    );
  }
}

function scriptError(code: number | undefined, complaints: string, { label, user }: Target): CommandError {
  const said = complaints.trim().split("\n").at(-1) ?? "";
  if (code === undefined) return unreachable(`the connection to ${label} broke off`);
  if (code === NOT_FOUND) return new CommandError(`${label} has no Python 3: run \`pulumi up\`, which installs it`);
  if (said.startsWith("sudo:"))
    return unreachable(`${label} does not let ${user} use sudo without a password (${said})`);
  return new CommandError(`${label}: the script on the host failed: ${said || `exit code ${code}`}`, EXIT.problem);
}
