import { join } from "node:path";
import { PROJECT_ROOT } from "../sandbox/paths";

/** The compiled command `mail-relay`, as an installed package has it. */
export const MAIL_RELAY = join(PROJECT_ROOT, "cli", "dist", "cli", "main.js");
