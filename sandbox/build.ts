import { join } from "node:path";
import { attempt } from "./cloud/run";
import { CommandError } from "./commands/terminal";
import { PROJECT_ROOT } from "./paths";

/** Compiles what changed of the program, for Pulumi.yaml names the compiled one. */
export async function build(): Promise<void> {
  const { code, stderr } = await attempt([process.execPath, join(PROJECT_ROOT, "scripts", "build.js")]);
  if (code !== 0) throw new CommandError(stderr.trim());
}
