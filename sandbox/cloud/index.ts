import { randomBytes } from "node:crypto";
import { cloudOf } from "./client";
import { cloudRuns, endCloud, startDaemon } from "./daemonProcess";
import { ensureImage, removeImages as removeImageFolders } from "./image/build";
import { exclusively, freeIndex, instanceNames, readRecord, writeRecord } from "./instances";
import { checkRequirements } from "./requirements";
import { sweep } from "./sweep";
import type { Cloud, CloudInfo, CloudOptions } from "./types";

export { checkRequirements, RequirementError } from "./requirements";
export { instanceFolder } from "./folders";

/**
 * Starts a cloud in a process of its own, which goes on after this one; resolves when its API answers. What a crashed
 * instance of that name left behind is removed first.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { name, token, release, onProgress = () => undefined } = options;
  await checkRequirements(onProgress);
  await ensureImage(release, onProgress);
  await exclusively(async () => {
    const earlier = await readRecord(name);
    if (earlier && (await cloudRuns(earlier))) throw new Error(`the sandbox ${name} is running already`);
    await sweep(name);
    const adminToken = randomBytes(32).toString("hex");
    await writeRecord({ name, index: await freeIndex(), token, adminToken, release });
    try {
      await startDaemon(name);
    } catch (error) {
      await sweep(name);
      throw error;
    }
  });
  const cloud = await connectCloud(name);
  if (!cloud) throw new Error(`the sandbox ${name} ended as soon as it had started`);
  return cloud;
}

/** The running cloud of that name, if there is one. */
export async function connectCloud(name: string): Promise<Cloud | undefined> {
  const record = await readRecord(name);
  if (!record?.daemon || !(await cloudRuns(record))) return undefined;
  return cloudOf(record, record.daemon, () => removeCloud(name));
}

/** Ends the cloud of that name, if it runs, and removes all that is left of it; does nothing where there is nothing. */
export async function removeCloud(name: string): Promise<void> {
  for (let isGone = false; !isGone;) {
    const record = await readRecord(name);
    if (record) await endCloud(record);
    isGone = await exclusively(async () => {
      // Between these two steps another process may have started it anew.
      const current = await readRecord(name);
      if (current && (await cloudRuns(current))) return false;
      await sweep(name);
      return true;
    });
  }
}

/** All clouds of this machine, those included that crashed and left things behind. */
export async function listClouds(): Promise<CloudInfo[]> {
  const names = await instanceNames();
  return Promise.all(
    names.map(async (name) => {
      const record = await readRecord(name);
      return { name, running: record !== undefined && (await cloudRuns(record)) };
    }),
  );
}

/** Removes the base images; the next start builds what it needs. No cloud may be left that uses one. */
export async function removeImages(): Promise<void> {
  const clouds = await listClouds();
  if (clouds.length > 0) throw new Error(`remove these sandboxes first: ${clouds.map(({ name }) => name).join(", ")}`);
  await removeImageFolders();
}
