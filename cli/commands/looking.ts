import type { Command } from "commander";
import { registerDoctor } from "./doctor";
import { registerStatus } from "./status";

/** The commands that look at a relay, try it, and help with its clients. */
export const looking: ((program: Command) => void)[] = [registerStatus, registerDoctor];
