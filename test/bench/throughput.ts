import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../../sandbox/lab";
import { SINK_NAME } from "../../sandbox/labConfig";
import type { Orders } from "./mail/client";
import { CountingSink, sendAll } from "./mail/processes";
import type { Throughput } from "./samples";
import { alternately } from "./statistics";
import type { Subjects } from "./subjects";

const SINK_PORT = 2526;
const MESSAGES = 400;
const CLIENTS = 20;
const USER = { login: "alice", password: "of alice" };

/** Our relay and the packages' own defaults, side by side and loaded by turns. Leaves no droplet behind. */
export async function measureThroughput(
  pairs: number,
  lab: Lab,
  subjects: Subjects,
  throughput: Throughput,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const sink = await CountingSink.start(lab.cloud.gateway, SINK_PORT);
  const bare = subjects.program("droplet");
  const relay = subjects.relay({
    // More than the default of an hour; counted all the same, as every relay does.
    users: [{ ...USER, recipientsPerHour: 1_000_000 }],
    relayHost: { host: SINK_NAME, port: SINK_PORT },
  });
  try {
    await subjects.up(bare);
    const stock = await subjects.bareHost(bare);
    await setUpStock(lab);
    await subjects.up(relay);
    const ours = (await lab.engine.outputs(relay)).address!.value as string;

    const measure = async (what: "ours" | "stock", sessions: Orders["sessions"]) => {
      const host = what === "ours" ? ours : stock.address;
      const orders = { host, port: 587, localAddress: lab.cloud.strangerClient, from: "alice@example.test", ...USER };
      const { acceptedMs, deliveredMs } = await sendAll(
        { ...orders, messages: MESSAGES, clients: CLIENTS, sessions },
        sink,
        signal,
      );
      const rate = (ms: number) => (MESSAGES * 1000) / ms;
      throughput[what][sessions].accepted.push(rate(acceptedMs));
      throughput[what][sessions].delivered.push(rate(deliveredMs));
      say(
        `${what}, ${sessions} sessions: ${rate(acceptedMs).toFixed(0)} accepted, ${rate(deliveredMs).toFixed(0)} delivered per second`,
      );
    };

    for (let pair = 0; pair < pairs; pair++) {
      for (const sessions of ["new", "persistent"] as const) {
        await alternately(
          pair,
          () => measure("ours", sessions),
          () => measure("stock", sessions),
        );
      }
    }
  } finally {
    sink.close();
    await subjects.destroy(relay);
    await subjects.destroy(bare);
  }
}

/** On the one droplet there is. */
async function setUpStock(lab: Lab): Promise<void> {
  const [droplet] = await lab.cloud.droplets();
  const script = await readFile(join(__dirname, "mail", "stock.sh"), "utf8");
  const args = ["example.test", `[${SINK_NAME}]:${SINK_PORT}`, USER.login, USER.password];
  const { code, stderr } = await lab.cloud.exec(droplet!.id, ["bash", "-s", "--", ...args], script);
  if (code !== 0) throw new Error(`the stock set-up failed: ${stderr.slice(-1000)}`);
}
