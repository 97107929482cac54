import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { daemonRuns, endDaemon, type Daemon } from "../daemons";
import { PROJECT_ROOT } from "../paths";
import type { DaemonReport } from "./daemon";
import type { ReceivedMessage } from "./mailbox";
import type { Sink } from "./sink";
import { Spool } from "./spool";

const DAEMON_PATH = join("sandbox", "mail", "daemon.ts");
const POLL_MS = 100;
const GRACE_MS = 10_000;

interface SinkRecord {
  pid: number;
  address: string;
  port: number;
}

/** Starts a receiving server that outlives this process; its mail and its record are kept in the folder given. */
export async function startBackgroundSink(folder: string, address: string, port: number): Promise<Sink> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const args = [
    "-r",
    "ts-node/register/transpile-only",
    join(PROJECT_ROOT, DAEMON_PATH),
    folder,
    address,
    String(port),
  ];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT_ROOT,
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const ended = once(child, "exit").then((): DaemonReport => ({ error: "it ended at once" }));
  const report = await Promise.race([once(child, "message").then(([message]) => message as DaemonReport), ended]);
  if ("error" in report) throw new Error(`the mail sink did not start on ${address}:${port}: ${report.error}`);
  child.unref();
  const record: SinkRecord = { pid: child.pid!, address, port: report.port };
  await writeFile(recordFile(folder), JSON.stringify(record), { mode: 0o600 });
  return asSink(folder, record);
}

/** The receiving server of that folder, if it still runs. */
export async function findBackgroundSink(folder: string): Promise<Sink | undefined> {
  const record = await readRecord(folder);
  return record && (await daemonRuns(daemonOf(folder, record))) ? asSink(folder, record) : undefined;
}

function asSink(folder: string, record: SinkRecord): Sink {
  const spool = new Spool(join(folder, "messages"));
  return {
    address: record.address,
    port: record.port,
    messages: () => spool.messages(),
    waitForMessage: (...args) => waitForMessage(spool, ...args),
    close: () => stop(folder, record),
  };
}

async function waitForMessage(
  spool: Spool,
  ...[predicate, timeoutMs, signal]: Parameters<Sink["waitForMessage"]>
): Promise<ReceivedMessage> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const messages = await spool.messages();
    const found = messages.find(predicate);
    if (found) return found;
    if (Date.now() >= deadline) {
      throw new Error(`no such message within ${timeoutMs} ms; ${messages.length} others were received`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function stop(folder: string, record: SinkRecord): Promise<void> {
  await endDaemon(daemonOf(folder, record), GRACE_MS);
  await rm(recordFile(folder), { force: true });
}

const daemonOf = (folder: string, { pid }: SinkRecord): Daemon => ({ pid, program: DAEMON_PATH, argument: folder });

const recordFile = (folder: string) => join(folder, "sink.json");

async function readRecord(folder: string): Promise<SinkRecord | undefined> {
  const text = await readFile(recordFile(folder), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SinkRecord);
}
