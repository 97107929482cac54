import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "../../sandbox/engine";
import type { Lab } from "../../sandbox/lab";
import { headers } from "../../sandbox/mail/mailbox";
import type { Sink } from "../../sandbox/mail/sink";
import { reluctantNextHop } from "../faults/nextHop";
import { passwords, Relay } from "../faults/relay";
import { addAddresses, manyAddresses, Strangers } from "../scenario/strangers";
import { changes, eventually, patience, submit, testLab } from "../scenario/support";
import { disasters, giveQueueItsDisk, type Disaster } from "./disasters";

/** `SIEGE_MINUTES` makes it shorter. */
const minutes = Number(process.env.SIEGE_MINUTES ?? 60);
jest.setTimeout(patience + minutes * 60_000);

const CLIENTS = 4;
const STRANGERS = 3_000;
const strangersAddresses = manyAddresses(100);
/** Every so many messages one is large, for those who hold messages in memory. */
const LARGE_EVERY = 50;
const large = `${"0123456789".repeat(7)}\n`.repeat(30_000);
/** How far from a disaster a delivery was cut off by it: Postfix is under way again after that. */
const SLACK_MS = 2_000;

let lab: Lab;
let relay: Relay;
let world: Sink;
let strangers: Strangers | undefined;
let takeAway: (() => Promise<void>) | undefined;
const nextHop = { open: true };
const acknowledged: string[] = [];
const refusals: string[] = [];
const struck: (Disaster & { from: number; to: number })[] = [];
const deploys: string[] = [];

beforeAll(async () => {
  lab = await testLab("siege");
  relay = await Relay.create(lab);
  world = await reluctantNextHop(lab, () => !nextHop.open);
  await giveQueueItsDisk(relay);
  configure(relay, 0);
  await relay.up();
});

afterAll(async () => {
  strangers?.leave();
  await takeAway?.();
  await world?.close();
  await lab?.close();
});

function configure(which: Relay, round: number): void {
  which.allow(`198.18.${round % 250}.0/24`, {
    dkim: {},
    sasl: { passwordCheck: "saslauthd" },
    // It brings nft, too.
    limits: { ban: {}, recipientsPerHour: 1_000_000 },
  });
}

/** From another address than the strangers', and by a login all the same. */
const submitted = (subject: string, text?: string) =>
  submit(lab, "alice", passwords.alice, subject, {
    address: relay.address,
    localAddress: lab.cloud.strangerClient,
    text,
  });

/** One client that sends one message after the other; what is refused is not sent again, so that each subject is one message. */
async function client(number: number, isOver: () => boolean): Promise<void> {
  for (let index = 1; !isOver(); index++) {
    const subject = `message ${index} of client ${number}`;
    await submitted(subject, index % LARGE_EVERY === 0 ? large : undefined).then(
      () => acknowledged.push(subject),
      (error: unknown) => refusals.push(String(error)),
    );
    await sleep(200);
  }
}

/** Two deploys of the same relay at the same time, by two who do not know of each other, again and again. */
async function deployers(isOver: () => boolean): Promise<void> {
  const rival = relay.rival();
  for (let round = 1; !isOver(); round++) {
    const both = [relay, rival].map(async (which) => {
      configure(which, round);
      await which.up();
    });
    for (const { status, reason } of (await Promise.allSettled(both)) as PromiseRejectedResult[]) {
      // A server that is struck may well fail a deploy; a fault of ours is something else.
      if (status === "rejected" && !(reason instanceof EngineError)) throw reason;
      deploys.push(status === "rejected" ? String(reason) : "");
    }
    await sleep(10_000);
  }
}

async function fate(isOver: () => boolean): Promise<void> {
  for (;;) {
    for (const disaster of disasters(relay, nextHop)) {
      if (isOver()) return;
      const from = Date.now();
      await disaster.strike();
      struck.push({ ...disaster, from, to: Date.now() });
      await sleep(4_000);
    }
  }
}

test(`${minutes} minutes of everything at once lose no message that was acknowledged`, async () => {
  const end = Date.now() + minutes * 60_000;
  let failed = false;
  const isOver = () => failed || Date.now() >= end;
  takeAway = await addAddresses(relay.address, strangersAddresses);
  strangers = new Strangers(relay.address, strangersAddresses, [25, 587], STRANGERS);
  const actors = [fate(isOver), deployers(isOver), ...Array.from({ length: CLIENTS }, (_, n) => client(n, isOver))];
  const ends = await Promise.allSettled(actors.map((actor) => actor.finally(() => (failed = Date.now() < end))));
  expect(ends.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(struck.length).toBeGreaterThan(minutes);
  expect({ enough: acknowledged.length > minutes * 60, refusals: refusals.slice(-5) }).toMatchObject({ enough: true });

  const arrivals = new Map<string, number[]>();
  await eventually(async () => {
    await relay.run("postqueue -f");
    arrivals.clear();
    for (const message of await world.messages()) {
      const [subject = ""] = headers(message, "Subject");
      arrivals.set(subject, [...(arrivals.get(subject) ?? []), Date.parse(message.receivedAt)]);
    }
    expect(acknowledged.filter((subject) => !arrivals.has(subject))).toEqual([]);
  }, 240);
  const twice = [...arrivals].filter(([, times]) => times.length > 1);
  const cutOff = (time: number) =>
    struck.some(({ repeats, from, to }) => repeats && time >= from - SLACK_MS && time <= to + SLACK_MS);
  const unexplained = twice.filter(([, times]) => !times.slice(0, -1).every(cutOff));
  console.log(
    [
      `${minutes} minutes, ${struck.length} disasters, ${STRANGERS} slow strangers`,
      `${acknowledged.length} messages acknowledged, ${refusals.length} not`,
      `${arrivals.size} arrived, ${twice.length} of them twice`,
      `${deploys.length} deploys, ${deploys.filter(Boolean).length} of them failed:`,
      ...deploys.filter(Boolean).map((reason) => `  ${reason.replace(/\s+/g, " ").slice(0, 300)}`),
    ].join("\n"),
  );
  expect(unexplained).toEqual([]);
});

test("after it the next deploy converges, the strangers still there, and another finds nothing to change", async () => {
  configure(relay, 251);
  await relay.up();
  expect(changes(await relay.up())).toEqual([]);
  await submitted("after the siege");
  await world.waitForMessage((message) => headers(message, "Subject")[0] === "after the siege", 60_000);
});
