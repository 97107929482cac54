import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { instanceFolder } from "./folders";
import { readRecord, removeState } from "./instances";
import { layoutOf, type Layout } from "./layout";
import { killGroup, removeGroup } from "./machine/cgroup";
import { unmountBelow } from "./machine/disk";
import { removeBridge } from "./network/bridge";
import { attempt, run } from "./run";

const NSPAWN_LEFTOVERS = "/run/systemd/nspawn/propagate";

/**
 * Removes every trace of an instance, from what is on disk and in the kernel alone: it serves the daemon's own end as
 * well as the clean-up after one that was killed. Nothing there is no error. Call it exclusively.
 */
export async function sweep(name: string): Promise<void> {
  const record = await readRecord(name);
  if (record) await endProcesses(layoutOf(record.index));
  await unmountBelow(instanceFolder(name));
  if (record) await removeNetwork(layoutOf(record.index));
  await removeState(name);
}

async function endProcesses(layout: Layout): Promise<void> {
  await killGroup(layout.group);
  await removeGroup(layout.group);
  for (const machine of await readdir(NSPAWN_LEFTOVERS).catch(() => [])) {
    if (machine.startsWith(`${layout.bridge}-`)) await rm(join(NSPAWN_LEFTOVERS, machine), { recursive: true });
  }
}

async function removeNetwork(layout: Layout): Promise<void> {
  await removeBridge(layout);
  const table = ["inet", layout.table];
  if ((await attempt(["nft", "list", "table", ...table])).code === 0) await run(["nft", "delete", "table", ...table]);
}
