import type { Lab } from "../../sandbox/lab";
import { changes, failureOf } from "../scenario/support";
import { fingerprintOf } from "./fingerprint";
import * as interrupt from "./interrupt";
import type { Point, StepName } from "./interrupt";
import { Relay } from "./relay";

export const steps = ["install", "users", "apply", "proof"] as const;

/** Two relays with the same input: one that nothing happens to, and one whose deploys are interrupted. */
export class Pair {
  private constructor(
    readonly reference: Relay,
    readonly relay: Relay,
    /** What each step of a first deploy passes. */
    readonly first: Record<StepName, Point[]>,
  ) {}

  static async create(lab: Lab): Promise<Pair> {
    const [reference, relay] = [await Relay.create(lab), await Relay.create(lab)];
    await interrupt.plantFaults(reference);
    await interrupt.plantFaults(relay);
    await interrupt.watchSteps(reference);
    await reference.up();
    const first = {} as Record<StepName, Point[]>;
    for (const step of steps) first[step] = await interrupt.pointsPassed(reference, step);
    return new Pair(reference, relay, first);
  }

  /** Deploys until the fault happens; resolves when nothing is at work any more. */
  async interrupted(step: StepName, point: Point, fault: string): Promise<void> {
    const { relay } = this;
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
  async expectConverges(network: string): Promise<void> {
    await interrupt.forgetFault(this.relay);
    for (const host of [this.reference, this.relay]) {
      host.allow(network);
      await host.up();
    }
    expect(await fingerprintOf(this.relay)).toEqual(await fingerprintOf(this.reference));
    expect(changes(await this.relay.up())).toEqual([]);
  }
}
