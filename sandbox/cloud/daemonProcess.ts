import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { join } from "node:path";
import { daemonRuns, endDaemon, type Daemon } from "../daemons";
import { PROJECT_ROOT } from "../paths";
import type { DaemonReport } from "./daemon";
import { instanceFolder } from "./folders";
import type { InstanceRecord } from "./instances";

const DAEMON_PATH = join("sandbox", "cloud", "daemon.ts");
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

const daemonOf = ({ name, daemon }: InstanceRecord): Daemon | undefined =>
  daemon && { pid: daemon.pid, program: DAEMON_PATH, argument: name };

/** Whether the daemon of that record runs. */
export async function cloudRuns(record: InstanceRecord): Promise<boolean> {
  const daemon = daemonOf(record);
  return daemon !== undefined && daemonRuns(daemon);
}

export async function endCloud(record: InstanceRecord): Promise<void> {
  const daemon = daemonOf(record);
  if (daemon) await endDaemon(daemon, END_LIMIT_MS);
}
