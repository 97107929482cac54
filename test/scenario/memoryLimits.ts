import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { INSTANCES, layoutOf } from "../../sandbox/cloud/layout";
import { hierarchies, processesIn } from "../../sandbox/cloud/machine/cgroup";
import type { Lab } from "../../sandbox/lab";
import { onHost } from "./support";

const POLL_MS = 20;
const PAGE = 4096;

/** What one unit of a droplet may have of this machine's memory, as the kernel enforces it. */
export interface MemoryLimit {
  /** The unit's own MemoryMax, in bytes. */
  readonly max: number;
  /** Another limit than its own. */
  set(bytes: number): Promise<void>;
  /** The most memory that was in use at a time. */
  peak(): Promise<number>;
  /** How many processes were ended for want of memory. */
  kills(): Promise<number>;
  end(): Promise<void>;
}

/** The units of ours that have a limit and run. */
export async function limitedUnits(lab: Lab): Promise<string[]> {
  const shown = await onHost(lab, "systemctl show -p Id,MemoryMax,MainPID 'mail-relay-*.service'");
  return shown
    .split("\n\n")
    .filter((unit) => !unit.includes("MemoryMax=infinity") && !/^MainPID=0$/m.test(unit))
    .map((unit) => /^Id=(.*)$/m.exec(unit)![1]!);
}

/**
 * Enforces a unit's limit from outside: in a container without a memory controller of its own, systemd only notes it. The
 * unit is started again, so that all that it takes counts; what comes after a process that was ended counts, too.
 */
export async function limitMemory(lab: Lab, unit: string): Promise<MemoryLimit> {
  const limit = await enforce(lab, unit, undefined);
  await onHost(lab, `systemctl restart ${unit}`);
  return limit;
}

/** Leaves a unit what it has, until the end or another limit: the next that it asks for ends it. */
export function starve(lab: Lab, unit: string): Promise<MemoryLimit> {
  return enforce(lab, unit, PAGE);
}

async function enforce(lab: Lab, unit: string, bytes: number | undefined): Promise<MemoryLimit> {
  const max = Number(await onHost(lab, `systemctl show -p MemoryMax --value ${unit}`));
  const group = await groupOf(lab, unit);
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  const legacy = legacyController(mountinfo);
  const files = legacy === undefined ? await unified(group, mountinfo) : await separate(legacy, group);
  // Before any process is under it, which could not have so little.
  await files.set(bytes ?? max);
  let over = false;
  const following = (async () => {
    for (; !over; await sleep(POLL_MS)) await files.adopt(await processesIn(group));
  })();
  return {
    ...files,
    max,
    end: async () => {
      over = true;
      await following;
      await files.end();
    },
  };
}

interface Files extends Omit<MemoryLimit, "max"> {
  /** Puts processes under the limit. */
  adopt(pids: number[]): Promise<void>;
}

async function groupOf(lab: Lab, unit: string): Promise<string> {
  const layouts = Array.from({ length: INSTANCES }, (_, index) => layoutOf(index));
  const { group } = layouts.find(({ gateway }) => gateway === lab.cloud.gateway)!;
  const [droplet] = await lab.cloud.droplets();
  return join(group, String(droplet!.id), "payload", "system.slice", unit);
}

/** Where the first version of control groups has its memory controller, if it has it at all. */
function legacyController(mountinfo: string): string | undefined {
  const line = mountinfo.split("\n").find((each) => / - cgroup \S+ \S*\bmemory\b/.test(each));
  return line?.split(" ")[4];
}

const number = (text: string, name = "") => Number(new RegExp(`^${name} ?(\\d+)$`, "m").exec(text)?.[1]);

/** A group of our own, beside those of systemd. */
async function separate(controller: string, group: string): Promise<Files> {
  const folder = join(controller, group.replaceAll("/", "-"));
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const write = (file: string, value: number) => writeFile(join(folder, file), String(value));
  const withSwap = "memory.memsw.limit_in_bytes";
  await mkdir(folder);
  const swaps = await read(withSwap).then(
    () => true,
    () => false,
  );
  return {
    adopt: async (pids) => {
      // One that has just ended is no matter.
      for (const pid of pids) await write("cgroup.procs", pid).catch(() => undefined);
    },
    set: async (bytes) => {
      if (swaps) await write(withSwap, -1);
      await write("memory.limit_in_bytes", bytes);
      if (swaps) await write(withSwap, bytes);
    },
    peak: async () => number(await read("memory.max_usage_in_bytes")),
    kills: async () => number(await read("memory.oom_control"), "oom_kill"),
    end: async () => {
      for (const pid of (await read("cgroup.procs")).split("\n").filter(Boolean)) {
        await writeFile(join(controller, "cgroup.procs"), pid).catch(() => undefined);
      }
      await rmdir(folder);
    },
  };
}

/** The unit's own group, once those around it hand the controller down. */
async function unified(group: string, mountinfo: string): Promise<Files> {
  let folder = hierarchies(mountinfo)[0]!;
  for (const name of group.split("/")) {
    await writeFile(join(folder, "cgroup.subtree_control"), "+memory");
    folder = join(folder, name);
  }
  const read = (file: string) => readFile(join(folder, file), "utf8");
  return {
    adopt: () => Promise.resolve(),
    set: (bytes) => writeFile(join(folder, "memory.max"), String(bytes)),
    peak: async () => number(await read("memory.peak")),
    kills: async () => number(await read("memory.events"), "oom_kill"),
    end: () => Promise.resolve(),
  };
}
