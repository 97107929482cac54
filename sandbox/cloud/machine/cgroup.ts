import { mkdir, readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signal } from "../run";

const POLL_MS = 20;
const KILL_ROUNDS = 500;
const LEGACY_NAME = "name=systemd";

/**
 * Where control groups are made: the unified hierarchy and, on machines that still carry it, systemd's legacy one,
 * in which systemd-nspawn wants its own place as well. Only the first is looked at afterwards.
 */
export function hierarchies(mountinfo: string): string[] {
  const found = mountinfo.split("\n").flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [type, , options = ""] = right.split(" ");
    const path = left.split(" ")[4] ?? "";
    if (type === "cgroup2") return [{ path, rank: 0 }];
    return type === "cgroup" && options.split(",").includes(LEGACY_NAME) ? [{ path, rank: 1 }] : [];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ path }) => path);
}

const hostHierarchies = async () => hierarchies(await readFile("/proc/self/mountinfo", "utf8"));

const ENTER = 'until [ "$1" = -- ]; do echo $$ >"$1" || exit; shift; done; shift; exec "$@"';

/** Creates a control group and returns the command that runs another one in it, as the same process. */
export async function inGroup(group: string, argv: string[]): Promise<string[]> {
  const folders = (await hostHierarchies()).map((hierarchy) => join(hierarchy, group));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  return ["sh", "-c", ENTER, "sh", ...folders.map((folder) => join(folder, "cgroup.procs")), "--", ...argv];
}

/** The processes of a control group and all groups below it. */
export async function processesIn(group: string): Promise<number[]> {
  const [unified] = await hostHierarchies();
  return unified ? (await foldersBelow(join(unified, group))).reduce(collectProcesses, Promise.resolve([])) : [];
}

/** Ends all processes of a control group at once, as a power cut does. */
export async function killGroup(group: string): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const processes = await processesIn(group);
    if (processes.length === 0) return;
    for (const pid of processes) signal(pid, "SIGKILL");
    await sleep(POLL_MS);
  }
  throw new Error(`the processes in the control group ${group} do not end: ${(await processesIn(group)).join(", ")}`);
}

/** Removes a control group without processes, and those below it. */
export async function removeGroup(group: string): Promise<void> {
  for (const hierarchy of await hostHierarchies()) {
    const folders = await foldersBelow(join(hierarchy, group));
    for (const folder of folders.reverse()) await rmdir(folder).catch(ignoreMissing);
  }
}

/** A folder and those below it, parents first. */
async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (!entries) return [];
  return [folder, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))];
}

async function collectProcesses(earlier: Promise<number[]>, folder: string): Promise<number[]> {
  const text = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
  return [...(await earlier), ...text.split("\n").filter(Boolean).map(Number)];
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
