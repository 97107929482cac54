/** How remote.Command reaches its host. */
import { connect as connectSocket, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, utils, type ConnectConfig } from "ssh2";
import type { Props } from "../../embedded/values";

/** The dial's pauses: they grow by half each time. */
const FIRST_PAUSE_MS = 100;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 5_000;
const UNLIMITED = -1;

export const CONNECTION_DEFAULTS: Props = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
const OTHER_FIELDS = ["host", "hostKey", "password", "privateKey", "privateKeyPassword", "agentSocketPath"];
export const CONNECTION_FIELDS = [...Object.keys(CONNECTION_DEFAULTS), ...OTHER_FIELDS];

export interface Connection {
  host: string;
  user: string;
  port: number;
  dialErrorLimit: number;
  perDialTimeout: number;
  hostKey?: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
}

/** Opens a connection, trying again as often as the connection allows. */
export async function dial(connection: Connection, signal: AbortSignal): Promise<Client> {
  const config = await clientConfig(connection);
  for (let failed = 0, pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      return await dialOnce(config, connection.perDialTimeout * 1000, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (connection.dialErrorLimit > UNLIMITED && failed >= connection.dialErrorLimit) {
        throw new Error(`after ${failed} failed attempts: ${(error as Error).message}`);
      }
      failed += 1;
    }
    await sleep(pause, undefined, { signal });
  }
}

async function clientConfig(connection: Connection): Promise<ConnectConfig> {
  const { host, port, user, password, privateKey, hostKey } = connection;
  // The limit on time is the dial's alone: a host that has answered may take longer over the handshake.
  const config: ConnectConfig = { host, port, username: user, readyTimeout: 0 };
  const methods: ConnectConfig["authHandler"] & string[] = [];
  if (privateKey !== undefined) {
    const key = utils.parseKey(privateKey, connection.privateKeyPassword);
    if (key instanceof Error) {
      throw key;
    }
    config.privateKey = privateKey;
    config.passphrase = connection.privateKeyPassword;
    methods.push("publickey");
  }
  if (password !== undefined) {
    config.password = password;
    config.tryKeyboard = true;
    methods.push("password", "keyboard-interactive");
  }
  const agent = connection.agentSocketPath ?? (process.env.SSH_AUTH_SOCK || undefined);
  if (agent !== undefined) {
    await assertListening(agent);
    config.agent = agent;
    methods.push("agent");
  }
  config.authHandler = methods;
  if (hostKey !== undefined) {
    const [type = "", blob = ""] = hostKey.trim().split(/\s+/);
    config.algorithms = { serverHostKey: [type] as never };
    config.hostVerifier = (offered: Buffer) => offered.equals(Buffer.from(blob, "base64"));
  }
  return config;
}

/** An agent's socket that is named but dead fails the command before anything is dialled. */
function assertListening(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", (error) => reject(new Error(`dial unix ${socketPath}: ${error.message}`)));
  });
}

async function dialOnce(config: ConnectConfig, timeoutMs: number, signal: AbortSignal): Promise<Client> {
  const sock = await openSocket(config, timeoutMs, signal);
  return new Promise((resolve, reject) => {
    const client = new Client();
    const abort = () => client.destroy();
    const settle = (done: () => void) => {
      signal.removeEventListener("abort", abort);
      done();
    };
    const fail = (reason: string) => settle(() => reject(new Error(`ssh: handshake failed: ${reason}`)));
    signal.addEventListener("abort", abort, { once: true });
    client.on("ready", () => settle(() => resolve(client)));
    // The listener stays on an open connection: a later error shows as the end of the command that runs on it.
    client.on("error", (error) => {
      client.destroy();
      fail(error.message);
    });
    client.on("close", () => fail("connection closed"));
    client.on("keyboard-interactive", (_name, _text, _language, prompts, finish) =>
      finish(prompts.map(() => config.password ?? "")),
    );
    client.connect({ ...config, sock });
  });
}

function openSocket({ host, port }: ConnectConfig, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port: port ?? 22 });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(`dial tcp ${host}:${port}: ${reason}`));
    };
    const abort = () => fail("cancelled");
    signal.addEventListener("abort", abort, { once: true });
    socket.setTimeout(timeoutMs, () => fail("i/o timeout"));
    socket.once("error", (error) => fail(error.message));
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      socket.setTimeout(0).removeAllListeners("error");
      resolve(socket);
    });
  });
}
