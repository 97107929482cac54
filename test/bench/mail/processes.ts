import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Orders } from "./client";

/** Client and sink have a process each, so that neither waits for the other's event loop. */
const start = (program: string, args: string[]) =>
  fork(join(__dirname, program), args, { execArgv: ["-r", "ts-node/register/transpile-only"] });

/** The counting sink, and how to wait for what it counts. */
export class CountingSink {
  private constructor(private readonly child: ChildProcess) {}

  private received = 0;

  static async start(address: string, port: number): Promise<CountingSink> {
    const child = start("sink.ts", [address, String(port)]);
    const ended = once(child, "exit").then(() => Promise.reject(new Error("the counting sink did not start")));
    await Promise.race([once(child, "message"), ended]);
    const sink = new CountingSink(child);
    child.on("message", (count) => (sink.received = count as number));
    return sink;
  }

  get count(): number {
    return this.received;
  }

  /** Resolves when it has received that many in all. */
  async until(count: number, signal: AbortSignal): Promise<void> {
    while (this.received < count) await once(this.child, "message", { signal });
  }

  close(): void {
    this.child.disconnect();
  }
}

/** Sends as ordered. Milliseconds until the last message was acknowledged, and until the sink had all of them. */
export async function sendAll(
  orders: Orders,
  sink: CountingSink,
  signal: AbortSignal,
): Promise<{ acceptedMs: number; deliveredMs: number }> {
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(120_000)]);
  const child = start("client.ts", [JSON.stringify(orders)]);
  const stop = () => child.kill();
  giveUp.addEventListener("abort", stop, { once: true });
  try {
    const expected = sink.count + orders.messages;
    const [ready] = (await once(child, "message", { signal: giveUp })) as [string];
    if (ready !== "ready") throw new Error(`the client ${ready}`);
    const started = performance.now();
    child.send("go");
    const delivered = sink.until(expected, giveUp).then(() => performance.now() - started);
    delivered.catch(() => undefined);
    const [outcome] = (await once(child, "message", { signal: giveUp })) as [string];
    const acceptedMs = performance.now() - started;
    if (outcome !== "sent") throw new Error(`the client ${outcome}`);
    return { acceptedMs, deliveredMs: await delivered };
  } finally {
    giveUp.removeEventListener("abort", stop);
    child.kill();
  }
}
