import type { Lab } from "../../sandbox/lab";
import { patience, testLab } from "../scenario/support";
import { entryOf, faults, upTo } from "./interrupt";
import { Pair } from "./pair";

jest.setTimeout(patience);

/** `interruption.test.ts` asks much more, of the release between these two. */
describe.each(["bullseye", "trixie"] as const)("a deploy that is interrupted on %s", (release) => {
  let lab: Lab;

  afterAll(() => lab?.close());

  test("in every step, before the swap and after it, serves on and ends as one that was not", async () => {
    lab = await testLab(`cut-${release}`, { release });
    const pair = await Pair.create(lab);
    const { first, relay } = pair;

    await pair.interrupted("install", first.install[Math.floor(first.install.length / 2)]!, faults.kill);
    await pair.interrupted("users", upTo(first.users, 'mv -f "$next" "$database"').at(-1)!, faults.kill);
    await pair.interrupted("apply", entryOf(first.apply, "bring_into_force"), faults.cut);
    await pair.interrupted("proof", first.proof.at(-1)!, faults.kill);
    const before = await relay.liveNetworks();
    await relay.expectServes("after an interrupted first deploy");

    relay.allow("198.18.0.0/24");
    await pair.interrupted("apply", entryOf(first.apply, "try_out"), faults.kill);
    expect(await relay.liveNetworks()).toBe(before);
    await relay.expectServes("after a kill before the swap");

    relay.allow("198.18.1.0/24");
    await pair.interrupted("apply", entryOf(first.apply, "bring_into_force"), faults.kill);
    expect(await relay.liveNetworks()).toContain("198.18.1.0/24");
    await relay.expectServes("after a kill behind the swap");

    await pair.expectConverges("192.0.2.0/28");
    await relay.expectServes("after the next deploy");
  });
});
