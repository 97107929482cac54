import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { utils } from "ssh2";
import type { SshAccess } from "../components/outputs";
import { unreachable, usageError } from "./errors";
import type { GlobalOptions } from "./options";
import { chooseRelay, relaysOfStack, selectedStack } from "./pulumi";
import { inOwnCheckout, sandboxAccess } from "./sandbox";
import type { StackOutputs } from "./stackOutputs";

/** The host a command talks to. */
export interface Target extends Omit<SshAccess, "privateKey"> {
  /** Absent: the keys of ssh-agent. */
  privateKey?: string;
  /** What people call it, in messages and questions. */
  label: string;
  /** Where the command found it: a sandbox or a stack; absent for a host given by its address. */
  source?: string;
  /** What the stack says about the relay; absent for a host given by its address. */
  outputs?: StackOutputs;
}

const STACK_OPTIONS = ["stack", "cwd", "relay"] as const;
const HOST_OPTIONS = ["port", "user", "identity", "hostKey"] as const;
const asTyped = (name: keyof GlobalOptions) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Finds the relay that the options name, or the only one there is; it never guesses between several. */
export async function findTarget(options: GlobalOptions): Promise<Target> {
  const given = (names: readonly (keyof GlobalOptions)[]) => names.filter((name) => options[name] !== undefined);
  const stackOptions = given(STACK_OPTIONS);
  const ways = [...given(["host", "sandbox"]), ...stackOptions.slice(0, 1)];
  if (ways.length > 1) throw usageError(`${ways.map(asTyped).join(" and ")} name different relays; give one of them`);
  if (options.host !== undefined) return givenTarget(options, options.host);
  for (const name of given(HOST_OPTIONS)) throw usageError(`${asTyped(name)} goes with --host`);
  const folder = resolve(options.cwd ?? ".");
  if (options.sandbox !== undefined) {
    const found = await sandboxAccess(options.sandbox);
    if (found !== undefined) return known(found, sandboxNamed(options.sandbox));
    throw unreachable(`no sandbox "${options.sandbox}" is running; start it with: npm run up`);
  }
  if (stackOptions.length === 0 && inOwnCheckout(process.cwd())) {
    const found = await sandboxAccess(DEFAULT_SANDBOX);
    const stack = found && (await selectedStack(folder));
    if (stack !== undefined) {
      throw usageError(
        `which relay? ${sandboxNamed(DEFAULT_SANDBOX)} is running and the Pulumi stack "${stack}" is selected; ` +
          `choose with --sandbox ${DEFAULT_SANDBOX}, --stack ${stack} or --host`,
      );
    }
    if (found) return known(found, sandboxNamed(DEFAULT_SANDBOX));
  }
  const relay = chooseRelay(await relaysOfStack(folder, options.stack), options.relay);
  return known(relay, `the stack "${relay.stack}"`);
}

const DEFAULT_SANDBOX = "default";
const sandboxNamed = (name: string) => `the sandbox "${name}"`;

function known(outputs: StackOutputs, source: string): Target {
  const { hostname, ssh } = outputs;
  if (ssh === undefined)
    throw unreachable(`${source} was deployed before the relay had the output \`ssh\`; run \`pulumi up\` once`);
  return { ...ssh, hostKey: hostKeyOf(ssh.hostKey), label: `${hostname} (${ssh.host})`, source, outputs };
}

function givenTarget(options: GlobalOptions, host: string): Target {
  if (options.hostKey === undefined) {
    throw usageError(
      "--host needs --host-key, so that no other host can pose as the relay; print it on the host with: " +
        "cat /etc/ssh/ssh_host_ed25519_key.pub",
    );
  }
  if (!/^[A-Za-z0-9.:_-]{1,253}$/.test(host))
    throw usageError(`--host: ${JSON.stringify(host)} is not an address or a name`);
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
  throw usageError(`--identity: ${file} is not a private key that SSH can read`);
}
