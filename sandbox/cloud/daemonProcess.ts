import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT_ROOT } from "../paths";
import type { DaemonReport } from "./daemon";
import { instanceFolder } from "./folders";
import type { InstanceRecord } from "./instances";
import { signal } from "./run";

const DAEMON_PATH = join("sandbox", "cloud", "daemon.ts");
const POLL_MS = 50;
const END_LIMIT_MS = 60_000;

/** Starts the daemon of an instance as a process that outlives this one; resolves when its API answers. */
export async function startDaemon(name: string): Promise<void> {
  const log = openSync(join(instanceFolder(name), "daemon.log"), "a", 0o600);
  try {
    const child = spawn(
      process.execPath,
      ["-r", "ts-node/register/transpile-only", join(PROJECT_ROOT, DAEMON_PATH), name],
      {
        cwd: PROJECT_ROOT,
        detached: true,
        stdio: ["ignore", log, log, "ipc"],
      },
    );
    const ended = once(child, "exit").then((): DaemonReport => ({ error: "its daemon ended at once" }));
    const report = await Promise.race([once(child, "message").then(([message]) => message as DaemonReport), ended]);
    if ("error" in report) throw new Error(`the sandbox ${name} did not start: ${report.error}`);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/**
 * Whether the daemon of that record runs. A process id alone proves nothing: it may be another process's by now. Where
 * the daemon's file lies proves nothing either: the sandboxes of all checkouts share one state folder.
 */
export async function daemonRuns({ name, daemon }: InstanceRecord): Promise<boolean> {
  if (!daemon) return false;
  const command = await readFile(`/proc/${daemon.pid}/cmdline`, "utf8").catch(() => "");
  const [file = "", instance] = command.split("\0").slice(-3);
  return file.endsWith(DAEMON_PATH) && instance === name;
}

/** Ends the daemon: asks it to clean up and, if it does not, kills it. */
export async function endDaemon(record: InstanceRecord): Promise<void> {
  const deadline = Date.now() + END_LIMIT_MS;
  if (await daemonRuns(record)) signal(record.daemon!.pid, "SIGTERM");
  while (await daemonRuns(record)) {
    if (Date.now() > deadline) signal(record.daemon!.pid, "SIGKILL");
    await sleep(POLL_MS);
  }
}
