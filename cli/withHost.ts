import type { Command } from "commander";
import type { GlobalOptions } from "./options";
import { Host } from "./ssh";
import { findTarget } from "./target";

/** Connects to the relay that the command's options mean, and hands the connection to the action. */
export async function withHost(command: Command, action: (host: Host) => Promise<void>): Promise<void> {
  const host = await Host.connect(await findTarget(command.optsWithGlobals<GlobalOptions>()));
  try {
    await action(host);
  } finally {
    host.close();
  }
}
