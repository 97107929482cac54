import type { Lab } from "../../sandbox/lab";
import type { Sink } from "../../sandbox/mail/sink";
import { changes, eventually, failureOf, patience, submit, testLab } from "../scenario/support";
import * as interrupt from "./interrupt";
import { entryOf, faults, type Point } from "./interrupt";
import { reluctantNextHop } from "./nextHop";
import { passwords, Relay } from "./relay";

jest.setTimeout(patience);

describe("a relay that loses power", () => {
  let lab: Lab;
  let relay: Relay;

  beforeAll(async () => {
    lab = await testLab("durability");
    relay = await Relay.create(lab);
    await relay.up();
  });

  afterAll(() => lab?.close());

  const cutPower = () => lab.cloud.reboot(relay.droplet, "power");

  test.each(["check_trial", "bring_into_force"])("in the middle of a deploy, at %s, serves again", async (place) => {
    await interrupt.plantFaults(relay);
    await interrupt.watchSteps(relay);
    relay.allow("192.0.2.0/28");
    await relay.up();
    const points: Point[] = await interrupt.pointsPassed(relay, "apply");
    const before = await relay.liveNetworks();

    const network = place === "check_trial" ? "192.0.2.16/28" : "192.0.2.32/28";
    relay.allow(network);
    await interrupt.planFault(relay, "apply", entryOf(points, place), faults.freeze);
    const givenUp = new AbortController();
    const failure = failureOf(relay.up({ signal: givenUp.signal }));
    await interrupt.faultHappened(relay);
    await cutPower();
    givenUp.abort();
    expect(changes((await failure).result)).toEqual([]);

    await relay.expectServes(`after a power cut at ${place}`);
    const live = await relay.liveNetworks();
    if (place === "check_trial") expect(live).toBe(before);
    else expect(live).toContain(network);
    await interrupt.forgetFault(relay);
    expect(changes(await relay.up()).sort()).toEqual(["update relay-apply", "update relay-proof"]);
    expect(await relay.liveNetworks()).toContain(network);
    expect(await relay.leftBehind()).toBe("");
    await relay.expectServes(`after the deploy that followed the power cut at ${place}`);
    expect(changes(await relay.up())).toEqual([]);
  });
});

describe("a relay whose Postfix and then whose machine die in the middle of the mail", () => {
  const perWave = 60;
  let lab: Lab;
  let relay: Relay;
  let nextHop: Sink;
  let open = false;
  const acknowledged: string[] = [];

  beforeAll(async () => {
    lab = await testLab("acknowledged");
    relay = await Relay.create(lab);
    // Nothing leaves before the end, so every acknowledged message has to survive in the queue.
    nextHop = await reluctantNextHop(lab, () => !open);
    await relay.up();
  });

  afterAll(async () => {
    await nextHop?.close();
    await lab?.close();
  });

  const listening = () => eventually(() => relay.run("ss -Hltn sport = :587 | grep ."));

  /** Sends a wave of messages from several clients at once; the disaster comes when a third of them is acknowledged. */
  async function wave(name: string, disaster: () => Promise<unknown>): Promise<void> {
    const waiting = Array.from({ length: perWave }, (_, index) => `${name} ${index}`);
    const before = acknowledged.length;
    let striking: Promise<unknown> | undefined;
    const client = async () => {
      for (let subject = waiting.shift(); subject !== undefined; subject = waiting.shift()) {
        const options = { address: relay.address };
        const sent = await submit(lab, "alice", passwords.alice, subject, options).catch(() => undefined);
        if (sent) acknowledged.push(subject);
        if (acknowledged.length - before >= perWave / 3) striking ??= disaster();
      }
    };
    await Promise.all(Array.from({ length: 6 }, client));
    expect(acknowledged.length - before).toBeGreaterThanOrEqual(perWave / 3);
    await striking;
  }

  test.each([
    [
      "kill -9 of all of Postfix",
      () =>
        relay.run(
          "pkill -9 -f '^/usr/lib/postfix/sbin/|^(smtpd|cleanup|qmgr|pickup|trivial-rewrite|smtp|tlsmgr) '; sleep 1; systemctl restart postfix",
        ),
    ],
    ["the end of the machine", () => lab.cloud.reboot(relay.droplet, "power")],
  ])("%s loses no acknowledged message on the way", async (name, disaster) => {
    await wave(name, disaster);
    await listening();
    const waiting = Number(await relay.run("postqueue -j | wc -l"));
    expect(waiting).toBeGreaterThanOrEqual(acknowledged.length);
  });

  test("every acknowledged message arrives once there is a way", async () => {
    open = true;
    await eventually(async () => {
      await relay.run("postqueue -f");
      const raw = (await nextHop.messages()).map((message) => message.raw).join("\n");
      expect(acknowledged.filter((subject) => !raw.includes(`Subject: ${subject}\r\n`))).toEqual([]);
    }, 120);
  });
});
