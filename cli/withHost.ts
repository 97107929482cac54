import { createRequire } from "node:module";
import type { Command } from "commander";
import type { GlobalOptions } from "./options";
import { note } from "./output";
import type { Host } from "./ssh";
import type { Target } from "./target";

/** Loaded when a command runs: help and usage errors need not wait for an SSH client. */
const load = createRequire(__filename);

/** Connects to the relay that the command's options mean, and hands the connection to the action. */
export async function withHost(command: Command, action: (host: Host) => Promise<void>): Promise<void> {
  const { Host } = load("./ssh") as typeof import("./ssh");
  const { findTarget } = load("./target") as typeof import("./target");
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
