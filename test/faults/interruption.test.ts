import type { Lab } from "../../sandbox/lab";
import { changes, failureOf, patience, testLab } from "../scenario/support";
import { fingerprintOf } from "./fingerprint";
import * as interrupt from "./interrupt";
import { entryOf, faults, upTo, type Point, type StepName } from "./interrupt";
import { Relay } from "./relay";

jest.setTimeout(patience);

const steps = ["install", "users", "apply", "proof"] as const;

/** How many places each step is killed at. */
const kills = { install: 4, users: 3, apply: 8, proof: 1 };

describe("a deploy that is interrupted", () => {
  const first = {} as Record<StepName, Point[]>;
  let lab: Lab;
  let reference: Relay;
  let relay: Relay;

  /** Deploys until the fault happens; resolves when nothing is at work any more. */
  async function interrupted(step: StepName, point: Point, fault: string): Promise<void> {
    await interrupt.planFault(relay, step, point, fault);
    const error = await failureOf(relay.up()).catch((reason: unknown) => {
      throw new Error(`${step} was not interrupted before ${point.at}: ${point.command}`, { cause: reason });
    });
    // A fault that fails itself would end the step with an error of its own.
    expect(error.message).not.toMatch(/exited with status \d+:/);
    await interrupt.faultHappened(relay);
    await relay.untilIdle();
  }

  /** The next deploy makes of the host what one makes of a host that nothing ever happened to. */
  async function expectConverges(network: string): Promise<void> {
    await interrupt.forgetFault(relay);
    for (const host of [reference, relay]) {
      host.allow(network);
      await host.up();
    }
    expect(await fingerprintOf(relay)).toEqual(await fingerprintOf(reference));
    expect(changes(await relay.up())).toEqual([]);
  }

  beforeAll(async () => {
    lab = await testLab("cut");
    [reference, relay] = [await Relay.create(lab), await Relay.create(lab)];
    await interrupt.plantFaults(reference);
    await interrupt.plantFaults(relay);
    await interrupt.watchSteps(reference);
    await reference.up();
    for (const step of steps) first[step] = await interrupt.pointsPassed(reference, step);
  });

  afterAll(() => lab?.close());

  test("for the first time, at many places of every step, ends as one that was not", async () => {
    const undone: Record<StepName, Point[]> = {
      ...first,
      users: upTo(first.users, 'mv -f "$next" "$database"'),
      apply: upTo(first.apply, 'rm -f "$proven"'),
    };
    const cutAt: Record<StepName, Point> = {
      install: entryOf(first.install, "install_missing"),
      users: entryOf(first.users, "install_database"),
      apply: entryOf(first.apply, "try_out"),
      proof: first.proof.at(-1)!,
    };
    for (const step of steps) {
      for (const point of interrupt.spread(undone[step], kills[step])) await interrupted(step, point, faults.kill);
      await interrupted(step, cutAt[step], faults.cut);
    }
    await expectConverges("192.0.2.0/28");
    await relay.expectServes("after an interrupted first deploy");
  });

  describe("with a configuration that serves", () => {
    let change: Point[];

    beforeAll(async () => {
      await interrupt.watchSteps(reference);
      reference.allow("192.0.2.240/28");
      await reference.up();
      change = await interrupt.pointsPassed(reference, "apply");
    });

    test("changes it as a whole or not at all", async () => {
      const seen = new Set<string>();
      let before = await relay.liveNetworks();
      for (const [index, point] of interrupt.spread(change, 9).entries()) {
        const network = `198.18.${index}.0/24`;
        relay.allow(network);
        await interrupted("apply", point, faults.kill);
        const live = await relay.liveNetworks();
        const outcome = live.includes(network) ? "new" : "old";
        if (outcome === "old") expect(live).toBe(before);
        seen.add(outcome);
        await relay.expectServes(`after fault ${index}`);
        before = live;
      }
      expect([...seen].sort()).toEqual(["new", "old"]);
      await expectConverges("192.0.2.16/28");
    });

    test("ends the change when only its connection breaks", async () => {
      const outcomes: Record<string, string> = {};
      const places = ["prepare_certificate", "check_trial", "point_at", "bring_into_force", "smoke_test"];
      for (const [index, name] of places.entries()) {
        const network = `198.19.${index}.0/24`;
        relay.allow(network);
        await interrupted("apply", entryOf(change, name), faults.cut);
        outcomes[name] = (await relay.liveNetworks()).includes(network) ? "new" : "old";
        await relay.expectServes(`after cut ${index}`);
      }
      expect(outcomes).toEqual(Object.fromEntries(places.map((name) => [name, "new"])));
      await expectConverges("192.0.2.32/28");
    });
  });
});
