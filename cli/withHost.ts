import type { Command } from "commander";
import type { GlobalOptions } from "./options";
import { note } from "./output";
import { Host } from "./ssh";
import { findTarget, type Target } from "./target";

/** Connects to the relay that the command's options mean, and hands the connection to the action. */
export async function withHost(command: Command, action: (host: Host) => Promise<void>): Promise<void> {
  const host = await Host.connect(await findTarget(command.optsWithGlobals<GlobalOptions>()));
  try {
    await action(host);
  } finally {
    host.close();
  }
}

/** Before a change: which relay the command has found, for a user who has not named a host. */
export function announce({ label, source }: Target): void {
  if (source !== undefined) note(`using ${label}, the relay of ${source}`);
}
