import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../../sandbox/lab";
import { SINK_NAME } from "../../sandbox/labConfig";
import { onHost } from "../scenario/support";
import type { Orders } from "./mail/client";
import { CountingSink, sendAll } from "./mail/processes";
import { startSlowResolver } from "./mail/slowResolver";
import { conditions, type Condition, type Throughput } from "./samples";
import { alternately } from "./statistics";
import type { Subjects } from "./subjects";

const sides = ["ours", "stock"] as const;
type Side = (typeof sides)[number];

const SINK_PORT = 2526;
const MESSAGES = 400;
/** Sent before each round, for Postfix to have its processes. */
const WARM_UP = 60;
const REVERSE_DNS_MS = 100;
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
  const slowResolver = lab.cloud.trustedClient;
  const closeResolver = await startSlowResolver(
    { address: slowResolver, port: 53 },
    { address: lab.cloud.gateway, port: 53 },
    REVERSE_DNS_MS,
  );
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

    const addresses = { ours, stock: stock.address };
    const droplets = await lab.cloud.droplets();
    const idOf = (what: Side) => droplets.find(({ address }) => address === addresses[what])!.id;
    const processorMs = async (what: Side) =>
      Number(await onHost(lab, "awk '/^usage_usec/ {print $2 / 1000}' /sys/fs/cgroup/cpu.stat", idOf(what)));

    const sendTo = (what: Side, messages: number, sessions: Orders["sessions"]) => {
      const host = addresses[what];
      const orders = { host, port: 587, localAddress: lab.cloud.strangerClient, from: "alice@example.test", ...USER };
      return sendAll({ ...orders, messages, clients: CLIENTS, sessions }, sink, signal);
    };

    const measure = async (what: Side, condition: Condition) => {
      const before = await processorMs(what);
      const sessions = condition === "persistent" ? "persistent" : "new";
      const { acceptedMs, deliveredMs } = await sendTo(what, MESSAGES, sessions);
      throughput[what][condition].cpuMs.push(((await processorMs(what)) - before) / MESSAGES);
      const rate = (ms: number) => (MESSAGES * 1000) / ms;
      const [accepted, delivered] = [rate(acceptedMs), rate(deliveredMs)];
      throughput[what][condition].accepted.push(accepted);
      throughput[what][condition].delivered.push(delivered);
      say(
        `${what}, ${conditions[condition]}: ${accepted.toFixed(0)} accepted, ${delivered.toFixed(0)} delivered per second`,
      );
    };

    const round = async (pair: number, resolver: string, measured: Condition[]) => {
      await useResolver(lab, resolver);
      for (const side of sides) await sendTo(side, WARM_UP, "new");
      for (const condition of measured) {
        await alternately(
          pair,
          () => measure("ours", condition),
          () => measure("stock", condition),
        );
      }
    };

    for (let pair = 0; pair < pairs; pair++) {
      await round(pair, lab.cloud.gateway, ["new", "persistent"]);
      await round(pair, slowResolver, ["slowReverseDns"]);
    }
  } finally {
    closeResolver();
    sink.close();
    await subjects.destroy(relay);
    await subjects.destroy(bare);
  }
}

/** Postfix has its own copy in the chroot, and each of its processes reads that once. */
async function useResolver(lab: Lab, address: string): Promise<void> {
  for (const { id } of await lab.cloud.droplets()) {
    await onHost(
      lab,
      `echo 'nameserver ${address}' | tee /etc/resolv.conf >/var/spool/postfix/etc/resolv.conf
      systemctl restart postfix`,
      id,
    );
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
