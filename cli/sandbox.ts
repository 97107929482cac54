import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import type { StackOutputs } from "./stackOutputs";

const load = createRequire(__filename);
const ROOT = join(__dirname, "..");

/** Whether a folder is in this package's own checkout, where a sandbox can be running. */
export function inOwnCheckout(folder: string): boolean {
  const way = relative(ROOT, folder);
  return !way.startsWith("..") && !way.includes("node_modules") && existsSync(join(ROOT, "sandbox", "lab.ts"));
}

/** How to reach the relay in a running sandbox; undefined when no such sandbox runs. */
export async function sandboxAccess(name: string): Promise<StackOutputs | undefined> {
  const home = process.env.SANDBOX_HOME ?? "/var/lib/mail-relay-sandbox";
  // Loading the sandbox takes a second and packages that only its checkout has.
  if (!existsSync(join(home, name, "lab", "lab.json"))) return undefined;
  const { outputsOfRunning } = load("../sandbox/lab") as typeof import("../sandbox/lab");
  return outputsOfRunning(name);
}
