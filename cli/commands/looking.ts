import type { Command } from "commander";
import { registerAsk } from "./ask";
import { registerDoctor } from "./doctor";
import { registerDrift } from "./drift";
import { registerSend } from "./send";
import { registerSettings } from "./settings";
import { registerStatus } from "./status";
import { registerUsers } from "./users";

/** The commands that inspect a relay, test it, and help with its clients. */
export const looking: ((program: Command) => void)[] = [
  registerStatus,
  registerDoctor,
  registerSend,
  registerAsk,
  registerUsers,
  registerDrift,
  registerSettings,
];
