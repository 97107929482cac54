import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { utils } from "ssh2";
import type { SshAccess } from "../components/outputs";
import { unreachable, usageError } from "./errors";
import type { GlobalOptions } from "./options";
import { chooseRelay, relaysOfStack } from "./pulumi";
import { inOwnCheckout, sandboxAccess } from "./sandbox";
import type { StackOutputs } from "./stackOutputs";

/** The host a command talks to. */
export interface Target extends Omit<SshAccess, "privateKey"> {
  /** Absent: the keys of ssh-agent. */
  privateKey?: string;
  /** How people call it, in messages and questions. */
  label: string;
  /** What the stack says of the relay; absent for a host given by its address. */
  outputs?: StackOutputs;
}

/** Finds the relay: the one named by options, else the running sandbox of this checkout, else the Pulumi stack's. */
export async function findTarget(options: GlobalOptions): Promise<Target> {
  if (options.host !== undefined) return givenTarget(options, options.host);
  for (const name of ["port", "user", "identity", "hostKey"] as const)
    if (options[name] !== undefined) throw usageError(`--${name === "hostKey" ? "host-key" : name} goes with --host`);
  const pulumiNamed = options.stack !== undefined || options.cwd !== undefined || options.relay !== undefined;
  if (options.sandbox !== undefined || (!pulumiNamed && inOwnCheckout(process.cwd()))) {
    const name = options.sandbox ?? "default";
    const found = await sandboxAccess(name);
    if (found !== undefined) return known(found, `the sandbox "${name}"`);
    if (options.sandbox !== undefined) throw unreachable(`no sandbox "${name}" is running; start it with: npm run up`);
  }
  const relays = await relaysOfStack(resolve(options.cwd ?? "."), options.stack);
  return known(chooseRelay(relays, options.relay), "the stack");
}

function known(outputs: StackOutputs, where: string): Target {
  const { hostname, ssh } = outputs;
  if (ssh === undefined)
    throw unreachable(`${where} was deployed before the relay told how to reach it; run \`pulumi up\` once`);
  return { ...ssh, hostKey: hostKeyOf(ssh.hostKey), label: `${hostname} (${ssh.host})`, outputs };
}

function givenTarget(options: GlobalOptions, host: string): Target {
  if (options.hostKey === undefined) {
    throw usageError(
      "--host needs --host-key, for a host whose key is not checked could be anybody's; on the host: " +
        "cat /etc/ssh/ssh_host_ed25519_key.pub",
    );
  }
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host)) throw usageError(`--host: ${JSON.stringify(host)} is no address or name`);
  return {
    host,
    port: options.port ?? 22,
    user: options.user ?? "root",
    hostKey: hostKeyOf(options.hostKey),
    privateKey: options.identity === undefined ? undefined : identityOf(options.identity),
    label: host,
  };
}

/** The key as type and base64: from a file such as ssh_host_ed25519_key.pub, or from the text itself. */
function hostKeyOf(given: string): string {
  const text = existsSync(given) ? readFileSync(given, "utf8") : given;
  const [type = "", key = ""] = text.trim().split(/\s+/);
  if (type !== "ssh-ed25519" || utils.parseKey(`${type} ${key}`) instanceof Error) {
    throw usageError('--host-key must be an ed25519 public key, "ssh-ed25519 AAAA...", or a file that holds one');
  }
  return `${type} ${key}`;
}

function identityOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`--identity: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const key = utils.parseKey(text);
  if (!(key instanceof Error)) return text;
  if (/passphrase|encrypted/i.test(key.message)) {
    throw usageError(
      `--identity: ${file} has a passphrase; give it to ssh-agent with ssh-add and leave --identity out`,
    );
  }
  throw usageError(`--identity: ${file} is no private key that SSH knows`);
}
