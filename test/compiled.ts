import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../sandbox/paths";

/** The compiled command `mail-relay`, as an installed package has it. */
export const MAIL_RELAY = join(PROJECT_ROOT, "cli", "dist", "cli", "main.js");

/** Compiles what changed; scenarios and faults do so before their first test. */
export const build = (): void => void execFileSync(process.execPath, [join(PROJECT_ROOT, "scripts", "build.js")]);
