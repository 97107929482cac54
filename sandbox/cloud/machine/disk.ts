import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run";

const NSPAWN_LOCKS = "/run/systemd/nspawn/locks";

/** A droplet's disk: an overlay on a base image, in a folder of its own. */
interface Disk {
  folder: string;
  rootDir: string;
}

export const diskIn = (folder: string): Disk => ({ folder, rootDir: join(folder, "root") });

/** Creates an empty disk on top of an image and mounts it. */
export async function createDisk(folder: string, image: string): Promise<Disk> {
  const disk = diskIn(folder);
  const [upper, work] = [join(folder, "upper"), join(folder, "work")];
  // The upper folder becomes the droplet's root folder and lends it its mode; the folder around it is private.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const path of [upper, work, disk.rootDir]) await mkdir(path, { mode: 0o755 });
  const options = `lowerdir=${image},upperdir=${upper},workdir=${work}`;
  await run(["mount", "-t", "overlay", "overlay", "-o", options, disk.rootDir]);
  return disk;
}

export async function removeDisk(disk: Disk): Promise<void> {
  await unmountBelow(disk.folder);
  await rm(disk.folder, { recursive: true, force: true });
}

/** Unmounts whatever is mounted in a folder, innermost first. */
export async function unmountBelow(folder: string): Promise<void> {
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  const points = mountinfo.split("\n").map((line) => unescapePath(line.split(" ")[4] ?? ""));
  for (const point of points.reverse().filter((path) => path.startsWith(`${folder}/`))) {
    const { dev, ino } = await stat(point);
    await run(["umount", point]);
    // systemd-nspawn leaves its lock on the folder it ran in.
    await rm(join(NSPAWN_LOCKS, `inode-${dev}:${ino}`), { force: true });
  }
}

/** The kernel writes blanks and the like as octal escapes. */
const unescapePath = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
