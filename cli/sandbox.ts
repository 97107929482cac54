import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import type { StackOutputs } from "./stackOutputs";

/** The module of the sandbox that tells of a running one. */
interface Access {
  outputsOfRunning(name: string): Promise<StackOutputs | undefined>;
}

const ACCESS = join("sandbox", "access.js");
/** The checkout this command lies in, as a source or compiled; undefined for an installed package. */
const checkout = ["..", join("..", "..", "..")]
  .map((way) => resolve(__dirname, way))
  .find((folder) => !folder.split(/[\\/]/).includes("node_modules") && existsSync(join(folder, ACCESS)));

/** Whether a folder is in this package's own checkout, where a sandbox can be running. */
export function inOwnCheckout(folder: string): boolean {
  if (checkout === undefined) return false;
  const way = relative(checkout, folder);
  return !way.startsWith("..") && !way.includes("node_modules");
}

/** How to reach the relay in a running sandbox; undefined when no such sandbox runs. */
export async function sandboxAccess(name: string): Promise<StackOutputs | undefined> {
  const home = process.env.SANDBOX_HOME ?? "/var/lib/mail-relay-sandbox";
  if (checkout === undefined || !existsSync(join(home, name, "lab", "lab.json"))) return undefined;
  // Loaded only here: it takes a second, and packages that only the checkout has.
  const load = createRequire(join(checkout, "package.json"));
  return (load(`./${ACCESS}`) as Access).outputsOfRunning(name);
}
