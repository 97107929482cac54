import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { CommandError, EXIT, unreachable, usageError } from "./errors";
import type { StackOutputs } from "./stackOutputs";

/** The second is that of version 0.1, for a stack that has not been updated since. */
const RELAY_TYPES = ["mail-relay:index:MailRelay", "pulumi-mail-relay:index:MailRelay"];
/** How Pulumi marks a secret among plain values. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const MOST_STATE = 256 * 1024 * 1024;

interface KnownRelay extends StackOutputs {
  /** The component's name in the program. */
  name: string;
  /** The name of its stack. */
  stack: string;
}

/** The stack that is selected in a folder; undefined where none is, or no Pulumi CLI is on PATH. */
export async function selectedStack(cwd: string): Promise<string | undefined> {
  try {
    return (await pulumi(cwd, "stack", "--show-name")).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What the Pulumi CLI prints; it asks nothing, and does not look for a newer version of itself. */
async function pulumi(cwd: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive"], {
    cwd,
    env,
    maxBuffer: MOST_STATE,
  });
  return stdout;
}

/** The relays of a stack, whatever its program exports: the component's own outputs are in the state. */
export async function relaysOfStack(cwd: string, stack?: string): Promise<KnownRelay[]> {
  if (!existsSync(cwd)) throw usageError(`--cwd: there is no folder ${cwd}`);
  try {
    const chosen = stack === undefined ? [] : ["--stack", stack];
    return relaysIn(JSON.parse(await pulumi(cwd, "stack", "export", "--show-secrets", ...chosen)));
  } catch (error) {
    throw asCommandError(error as NodeJS.ErrnoException & { stderr?: string });
  }
}

function asCommandError(error: NodeJS.ErrnoException & { stderr?: string }): CommandError {
  if (error.code === "ENOENT") {
    return unreachable(
      "which relay? There is no Pulumi CLI on PATH; name the host with --host, --identity and --host-key",
    );
  }
  const [reason = ""] = (error.stderr ?? error.message).split("\n").filter((line) => line.startsWith("error:"));
  return unreachable(
    `which relay? Pulumi cannot say (${reason.replace(/^error: /, "") || "it failed"}); ` +
      "go to the folder of its project, or use --cwd and --stack, or --host",
  );
}

/** Finds the relays in what `pulumi stack export --show-secrets` prints. */
export function relaysIn(state: unknown): KnownRelay[] {
  const { deployment } = state as { deployment?: { resources?: { type: string; urn: string; outputs?: unknown }[] } };
  return (deployment?.resources ?? [])
    .filter(({ type }) => RELAY_TYPES.includes(type))
    .map(({ urn, outputs }) => ({
      ...(revealed(outputs ?? {}) as StackOutputs),
      name: urn.split("::").at(-1) ?? "",
      stack: urn.split("::")[0]!.replace("urn:pulumi:", ""),
    }));
}

/** A value of the state with its secrets as they are. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "plaintext" in value) return revealed(JSON.parse(value.plaintext as string));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

/** The one relay that is meant, or an error that says why there is not exactly one. */
export function chooseRelay(relays: KnownRelay[], wanted?: string): KnownRelay {
  const names = relays.map(({ name }) => name).join(", ");
  const found = relays.filter(({ name }) => wanted === undefined || name === wanted);
  if (relays.length === 0) throw new CommandError("this stack has no MailRelay; is it deployed?", EXIT.unreachable);
  if (found.length === 0) throw usageError(`--relay ${wanted}: this stack has only ${names}`);
  if (found.length > 1) throw usageError(`this stack has several relays, choose one with --relay: ${names}`);
  return found[0]!;
}
