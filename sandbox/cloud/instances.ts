import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { homeFolder, instanceFolder } from "./folders";
import { INSTANCES, layoutOf } from "./layout";
import { disableForwarding, enableForwarding, hasInterface } from "./network/bridge";
import type { Release } from "./types";

/** What is on disk of an instance; secrets included, hence 0600 in a folder of root's. */
export interface InstanceRecord {
  name: string;
  index: number;
  token: string;
  adminToken: string;
  release: Release;
  /** Known once the daemon runs. */
  daemon?: { pid: number; port: number; hasIpv6: boolean };
}

const LOCK = { realpath: false, stale: 30_000, retries: { forever: true, minTimeout: 100, maxTimeout: 500 } };

const recordFile = (name: string) => join(instanceFolder(name), "instance.json");
/** Tells that routing was off on this machine before the first sandbox. */
const forwardingMarker = () => join(homeFolder(), "forwarding-was-off");

/** Runs an action while no other process starts or removes an instance. */
export async function exclusively<T>(action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(homeFolder()), { recursive: true });
  // Beside the folder, so that the folder can be removed when nothing is left in it.
  const release = await lock(homeFolder(), { ...LOCK, lockfilePath: `${homeFolder()}.lock` });
  try {
    // Not before: whoever removes the last sandbox at the same moment removes the folder, too.
    await mkdir(homeFolder(), { recursive: true, mode: 0o700 });
    return await action();
  } finally {
    await release();
  }
}

export async function instanceNames(): Promise<string[]> {
  const entries = await readdir(homeFolder(), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

export async function readRecord(name: string): Promise<InstanceRecord | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as InstanceRecord);
}

export async function writeRecord(record: InstanceRecord): Promise<void> {
  await mkdir(instanceFolder(record.name), { recursive: true, mode: 0o700 });
  const file = recordFile(record.name);
  await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The lowest number that no instance has; call it exclusively. */
export async function freeIndex(): Promise<number> {
  const records = await Promise.all((await instanceNames()).map(readRecord));
  const taken = new Set(records.map((record) => record?.index));
  for (let index = 0; index < INSTANCES; index++) {
    // The interface may also belong to a sandbox with another state folder.
    if (!taken.has(index) && !(await hasInterface(layoutOf(index).bridge))) return index;
  }
  throw new Error(`${INSTANCES} sandboxes run already; remove one.`);
}

/** Lets this machine route, and remembers if it did not before; call it exclusively. */
export async function startForwarding(): Promise<void> {
  if (await enableForwarding()) await writeFile(forwardingMarker(), "", { mode: 0o600 });
}

/** Removes the state of an instance and, with the last one, what all had in common; call it exclusively. */
export async function removeState(name: string): Promise<void> {
  await rm(instanceFolder(name), { recursive: true, force: true });
  if ((await instanceNames()).length > 0) return;
  const marker = await readFile(forwardingMarker()).catch(() => undefined);
  if (marker !== undefined) {
    await disableForwarding();
    await rm(forwardingMarker());
  }
  await rmdir(homeFolder()).catch(() => undefined);
}
