import type { Lab } from "../../sandbox/lab";
import { changes, failureOf, patience, testLab } from "../scenario/support";
import * as interrupt from "./interrupt";
import { entryOf, faults, type Point } from "./interrupt";
import { Relay } from "./relay";

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
