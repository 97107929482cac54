import type { Lab } from "../../sandbox/lab";
import { patience, testLab } from "../scenario/support";
import * as interrupt from "./interrupt";
import { entryOf, faults, upTo, type Point, type StepName } from "./interrupt";
import { Pair, steps } from "./pair";

jest.setTimeout(patience);

/** How many places each step is killed at. */
const kills = { install: 4, users: 3, apply: 8, proof: 1 };

describe("a deploy that is interrupted", () => {
  let lab: Lab;
  let pair: Pair;

  beforeAll(async () => {
    lab = await testLab("cut");
    pair = await Pair.create(lab);
  });

  afterAll(() => lab?.close());

  test("for the first time, at many places of every step, ends as one that was not", async () => {
    const { first, relay } = pair;
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
      for (const point of interrupt.spread(undone[step], kills[step])) await pair.interrupted(step, point, faults.kill);
      await pair.interrupted(step, cutAt[step], faults.cut);
    }
    await pair.expectConverges("192.0.2.0/28");
    await relay.expectServes("after an interrupted first deploy");
  });

  describe("with a configuration that serves", () => {
    let change: Point[];

    beforeAll(async () => {
      const { reference } = pair;
      await interrupt.watchSteps(reference);
      reference.allow("192.0.2.240/28");
      await reference.up();
      change = await interrupt.pointsPassed(reference, "apply");
    });

    test("changes it as a whole or not at all", async () => {
      const { relay } = pair;
      const seen = new Set<string>();
      let before = await relay.liveNetworks();
      for (const [index, point] of interrupt.spread(change, 9).entries()) {
        const network = `198.18.${index}.0/24`;
        relay.allow(network);
        await pair.interrupted("apply", point, faults.kill);
        const live = await relay.liveNetworks();
        const outcome = live.includes(network) ? "new" : "old";
        if (outcome === "old") expect(live).toBe(before);
        seen.add(outcome);
        await relay.expectServes(`after fault ${index}`);
        before = live;
      }
      expect([...seen].sort()).toEqual(["new", "old"]);
      await pair.expectConverges("192.0.2.16/28");
    });

    test("leaves to the next run to restart a service whose files it has replaced", async () => {
      const { reference, relay } = pair;
      const limits = { recipientsPerHour: 77 };
      reference.allow("192.0.2.48/28", { limits });
      await reference.up();
      const start = entryOf(await interrupt.pointsPassed(reference, "apply"), "start_service");
      const runsSince = () =>
        relay.run("systemctl show -p ActiveEnterTimestampMonotonic --value mail-relay-login-limit.socket");
      const before = await runsSince();
      expect(Number(before)).toBeGreaterThan(0);
      relay.allow("192.0.2.48/28", { limits });
      await pair.interrupted("apply", start, faults.kill);
      expect(await runsSince()).toBe(before);
      await relay.up();
      expect(await runsSince()).not.toBe(before);
      await pair.expectConverges("192.0.2.64/28");
    });

    test("ends the change when only its connection breaks", async () => {
      const { relay } = pair;
      const outcomes: Record<string, string> = {};
      const places = ["prepare_certificate", "check_trial", "point_at", "bring_into_force", "smoke_test"];
      for (const [index, name] of places.entries()) {
        const network = `198.19.${index}.0/24`;
        relay.allow(network);
        await pair.interrupted("apply", entryOf(change, name), faults.cut);
        outcomes[name] = (await relay.liveNetworks()).includes(network) ? "new" : "old";
        await relay.expectServes(`after cut ${index}`);
      }
      expect(outcomes).toEqual(Object.fromEntries(places.map((name) => [name, "new"])));
      await pair.expectConverges("192.0.2.32/28");
    });
  });
});
