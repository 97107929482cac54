import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { signal } from "./cloud/run";

const POLL_MS = 50;

/** A process of the sandbox that outlives the command that started it. */
export interface Daemon {
  pid: number;
  /** Its file, from the top of the checkout. */
  program: string;
  /** The first argument, which tells it from others of its kind. */
  argument: string;
}

/**
 * Whether it runs. A process id alone proves nothing: it may be another process's by now. Where the daemon's file lies
 * proves nothing either: the sandboxes of all checkouts share one state folder.
 */
export async function daemonRuns({ pid, program, argument }: Daemon): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const args = command.split("\0");
  const at = args.findIndex((arg) => arg.endsWith(program));
  return at >= 0 && args[at + 1] === argument;
}

/** Asks it to clean up and end and, if it has not within that time, kills it. */
export async function endDaemon(daemon: Daemon, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  if (await daemonRuns(daemon)) signal(daemon.pid, "SIGTERM");
  while (await daemonRuns(daemon)) {
    if (Date.now() > deadline) signal(daemon.pid, "SIGKILL");
    await sleep(POLL_MS);
  }
}
