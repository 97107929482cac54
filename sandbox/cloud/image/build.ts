import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheFolder } from "../folders";
import { run } from "../run";
import type { Release } from "../types";
import { hostTransportSettings } from "./hostApt";
import { findMirror, securityArchive, type Mirror } from "./mirror";
import { optionalSuites, PACKAGES } from "./recipe";

type Progress = (line: string) => void;

interface Plan {
  release: Release;
  mirror?: Mirror;
  aptSettings: string;
  packages: string[];
  script: string;
}

const HOST_CERTIFICATES = "/usr/local/share/ca-certificates";
const PROGRESS_INTERVAL_MS = 10_000;
// A builder that was killed is noticed after this time.
const LOCK = { realpath: false, stale: 60_000, update: 10_000 };
const WAIT_FOR_OTHER_BUILDER = { retries: { forever: true, minTimeout: 1000, maxTimeout: 1000 } };

const imagesFolder = () => join(cacheFolder(), "images");

/** The folder of a release's base image, which is built if this machine has none made from the same recipe. */
export async function ensureImage(release: Release, onProgress: Progress): Promise<string> {
  const plan = await makePlan(release);
  const digest = createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 12);
  const image = join(imagesFolder(), `${release}-${digest}`);
  if (await exists(image)) return image;
  await mkdir(imagesFolder(), { recursive: true, mode: 0o700 });
  const release_ = await lockBuild(release, onProgress);
  try {
    if (!(await exists(image))) await build(plan, image, onProgress);
  } finally {
    await release_();
  }
  return image;
}

/** Removes all base images. */
export async function removeImages(): Promise<void> {
  await rm(imagesFolder(), { recursive: true, force: true });
}

async function makePlan(release: Release): Promise<Plan> {
  return {
    release,
    mirror: await findMirror(),
    aptSettings: await hostTransportSettings(),
    packages: PACKAGES,
    script: await readFile(join(__dirname, "prepare.sh"), "utf8"),
  };
}

async function lockBuild(release: Release, onProgress: Progress): Promise<() => Promise<void>> {
  const options = { ...LOCK, lockfilePath: join(imagesFolder(), `${release}.lock`) };
  const path = join(imagesFolder(), release);
  return lock(path, options).catch(() => {
    onProgress(`Waiting: another process is building the ${release} base image.`);
    return lock(path, { ...options, ...WAIT_FOR_OTHER_BUILDER });
  });
}

async function build(plan: Plan, image: string, onProgress: Progress): Promise<void> {
  const { release } = plan;
  const folder = join(imagesFolder(), `${release}.building`);
  await rm(folder, { recursive: true, force: true });
  onProgress(`Building the ${release} base image: once on this machine, a minute or two.`);
  const started = Date.now();
  const onLine = everyNowAndThen((line) => onProgress(`  ${seconds(started)}: ${line}`));
  const mirrorArgument = plan.mirror ? [plan.mirror.archive] : [];
  await inNamespaces(
    ["debootstrap", "--variant=minbase", "--include=ca-certificates", release, folder, ...mirrorArgument],
    onLine,
  );
  await carryIn(plan, folder);
  // Installing needs /proc; it is mounted in a namespace, so that an interrupted build leaves no mount behind.
  const enter = 'mount -t proc proc "$1/proc" && exec chroot "$@"';
  const prepare = ["sh", "-c", enter, "sh", folder, "sh", "-s", "--", ...plan.packages];
  await inNamespaces(prepare, onLine, plan.script);
  await rename(folder, image);
  await removeOutdated(release, image);
  onProgress(`Built the ${release} base image in ${seconds(started)}.`);
}

/** Runs a command whose mounts and processes vanish with it, and which ends when this process does. */
async function inNamespaces(argv: string[], onLine: Progress, stdin?: string): Promise<void> {
  const wrapper = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"];
  await run([...wrapper, ...argv], { onLine, stdin });
}

/** Puts into the image what its apt needs to reach the mirror from this machine. */
async function carryIn(plan: Plan, folder: string): Promise<void> {
  const sourcesFile = join(folder, "etc/apt/sources.list");
  const written = /^deb (\S+)/m.exec(await readFile(sourcesFile, "utf8"));
  const mirror = plan.mirror ?? { archive: written?.[1] ?? "" };
  const line = (archive: string, suite: string) => `deb ${archive} ${suite} main\n`;
  await writeFile(sourcesFile, line(mirror.archive, plan.release));
  const optional = optionalSuites(plan.release).map(([suite, isSecurity]) =>
    line(isSecurity ? securityArchive(mirror) : mirror.archive, suite),
  );
  await writeFile(join(folder, "root/optional.list"), optional.join(""));
  await writeFile(join(folder, "etc/apt/apt.conf.d/90sandbox-host"), plan.aptSettings);
  if (mirror.archive.startsWith("https:") && (await exists(HOST_CERTIFICATES))) {
    await cp(HOST_CERTIFICATES, join(folder, HOST_CERTIFICATES), { recursive: true });
  }
}

/** Images of an older recipe, except those under a droplet that still runs. */
async function removeOutdated(release: Release, image: string): Promise<void> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  for (const name of await readdir(imagesFolder())) {
    const path = join(imagesFolder(), name);
    const isOutdated = name.startsWith(`${release}-`) && path !== image && !mounts.includes(`lowerdir=${path},`);
    if (isOutdated) await rm(path, { recursive: true, force: true });
  }
}

function everyNowAndThen(onProgress: Progress): Progress {
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < PROGRESS_INTERVAL_MS || line.trim() === "") return;
    last = Date.now();
    onProgress(line);
  };
}

const seconds = (since: number) => `${Math.round((Date.now() - since) / 1000)} s`;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
