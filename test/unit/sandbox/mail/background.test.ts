import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBackgroundSink, startBackgroundSink } from "../../../../sandbox/mail/background";
import { send } from "../../../../sandbox/mail/client";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { headers, type ReceivedMessage } from "../../../../sandbox/mail/mailbox";

jest.setTimeout(60_000);

const LOOPBACK = "127.0.0.1";
const WAIT_MS = 20_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tl-sink-"));
});
afterEach(async () => {
  await (await findBackgroundSink(folder))?.close();
  await rm(folder, { recursive: true, force: true });
});

const deliver = (port: number, subject: string) =>
  send({ host: LOOPBACK, port, from: "a@example.test", to: "b@receiver.test", subject, text: "x", tls: "starttls" });
const withSubject = (subject: string) => (message: ReceivedMessage) => headers(message, "subject")[0] === subject;

test("receives for whoever looks, and is found again by its folder", async () => {
  const started = await startBackgroundSink(folder, LOOPBACK, 0);
  await deliver(started.port, "one");
  const found = await findBackgroundSink(folder);
  expect(found).toMatchObject({ address: LOOPBACK, port: started.port });
  const waiting = found!.waitForMessage(withSubject("two"), WAIT_MS);
  await deliver(started.port, "two");
  expect(await waiting).toMatchObject({ to: ["b@receiver.test"], tls: true });
  expect((await found!.messages()).flatMap((message) => headers(message, "subject"))).toEqual(["one", "two"]);
});

test("what it keeps is for its owner only", async () => {
  const { port } = await startBackgroundSink(folder, LOOPBACK, 0);
  await deliver(port, "private");
  expect((await stat(join(folder, "messages"))).mode & 0o077).toBe(0);
  expect((await stat(join(folder, "sink.json"))).mode & 0o077).toBe(0);
});

test("ends on close, and then nobody is found", async () => {
  const sink = await startBackgroundSink(folder, LOOPBACK, 0);
  const { pid } = JSON.parse(await readFile(join(folder, "sink.json"), "utf8")) as { pid: number };
  await sink.close();
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  expect(await findBackgroundSink(folder)).toBeUndefined();
});

test("a crashed one is not mistaken for a running one, nor its process id's next owner", async () => {
  await startBackgroundSink(folder, LOOPBACK, 0);
  const { pid } = JSON.parse(await readFile(join(folder, "sink.json"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  const another = `{"pid":${process.pid},"address":"127.0.0.1","port":1}`;
  while (await findBackgroundSink(folder)) await new Promise((resolve) => setTimeout(resolve, 20));
  await writeFile(join(folder, "sink.json"), another);
  expect(await findBackgroundSink(folder)).toBeUndefined();
});

test("one that another checkout started is found, and ends on close", async () => {
  const checkout = join(folder, "checkout");
  await symlink(PROJECT_ROOT, checkout);
  const daemon = join(checkout, "sandbox", "mail", "daemon.ts");
  const args = ["-r", "ts-node/register/transpile-only", daemon, folder, LOOPBACK, "0"];
  const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT, stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const ended = once(child, "exit");
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  await writeFile(join(folder, "sink.json"), JSON.stringify({ pid: child.pid, address: LOOPBACK, port }));
  try {
    await (await findBackgroundSink(folder))!.close();
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("a taken port is told, not left to be found out", async () => {
  const { port } = await startBackgroundSink(folder, LOOPBACK, 0);
  const other = await mkdtemp(join(tmpdir(), "tl-sink-"));
  await expect(startBackgroundSink(other, LOOPBACK, port)).rejects.toThrow(/did not start on .*EADDRINUSE/);
  await rm(other, { recursive: true });
});
