import { access, constants, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./folders";
import { inGroup, removeGroup } from "./machine/cgroup";
import { attempt, commandEnvironment } from "./run";

/** Something the sandbox cannot run without; the message is one sentence that names the way out. */
export class RequirementError extends Error {
  constructor(what: string) {
    super(`The sandbox needs ${what}; without it, run \`pulumi up\` against DigitalOcean, or give \`host\`.`);
    this.name = "RequirementError";
  }
}

/** Each command the sandbox uses, and the Debian package it comes in. */
const COMMANDS: Record<string, string> = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  nft: "nftables",
  dnsmasq: "dnsmasq-base",
  ip: "iproute2",
  mount: "mount",
  unshare: "util-linux",
  setpriv: "util-linux",
  nsenter: "util-linux",
};

/** Checks that this machine can run a sandbox, and installs with apt-get the commands it lacks. */
export async function checkRequirements(onProgress: (line: string) => void = () => undefined): Promise<void> {
  if (process.platform !== "linux") throw new RequirementError("Linux");
  if (process.getuid?.() !== 0) throw new RequirementError("root's rights (for containers and their network)");
  await installMissing(onProgress);
  if (!(await groupsWork())) throw new RequirementError("to create control groups (in a mounted cgroup2)");
  if ((await attempt(["nft", "list", "tables"])).code !== 0) throw new RequirementError("a kernel with nftables");
  if (!(await overlayWorks()))
    throw new RequirementError(`a file system under ${cacheFolder()} that overlayfs accepts`);
}

async function installMissing(onProgress: (line: string) => void): Promise<void> {
  const packages = await missingPackages();
  if (packages.length === 0) return;
  if ((await attempt(["apt-get", "--version"])).code !== 0) {
    throw new RequirementError(`the commands of the Debian packages ${packages.join(", ")}`);
  }
  onProgress(`Installing what the sandbox needs with apt-get: ${packages.join(", ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await attempt(["apt-get", "-q", "update"], { env });
  const install = ["apt-get", "-q", "-y", "--no-install-recommends", "install", ...packages];
  const { code, stderr } = await attempt(install, { env });
  if (code === 0 && (await missingPackages()).length === 0) return;
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  throw new RequirementError(`the packages ${packages.join(", ")}, which apt-get could not install (${reason})`);
}

async function missingPackages(): Promise<string[]> {
  const folders = (commandEnvironment().PATH ?? "").split(":");
  const packages = new Set<string>();
  for (const [command, name] of Object.entries(COMMANDS)) {
    const tries = folders.map((folder) => access(join(folder, command), constants.X_OK));
    await Promise.any(tries).catch(() => packages.add(name));
  }
  return [...packages];
}

async function groupsWork(): Promise<boolean> {
  const hasUnified = (await readFile("/proc/self/mountinfo", "utf8")).includes(" - cgroup2 ");
  const group = `mail-relay-sandbox-probe-${process.pid}`;
  const tried = inGroup(group, []).then(() => removeGroup(group));
  return tried.then(
    () => hasUnified,
    () => false,
  );
}

/** Tried out, because some file systems (an overlay itself, some network ones) cannot carry an overlay. */
async function overlayWorks(): Promise<boolean> {
  await mkdir(cacheFolder(), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(cacheFolder(), "overlay-"));
  const parts = ["lower", "upper", "work", "root"].map((name) => join(folder, name));
  const [lower, upper, work, root] = parts as [string, string, string, string];
  try {
    for (const part of parts) await mkdir(part);
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    // In a namespace of its own the mount ends with the command.
    const mount = ["unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", options, root];
    return (await attempt(mount)).code === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
