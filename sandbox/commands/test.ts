import { runSteps } from "../testing/runner";
import { FAULTS_STEP, SCENARIO_STEP, SIEGE_STEP, STATIC_STEPS, UNIT_STEP, type Step } from "../testing/steps";
import type { TestStep } from "../names";
import { EXIT, interruptible, print } from "./terminal";

/** The static checks keep one core busy, the unit tests the other. */
const STAGES: Step[][][] = [[STATIC_STEPS, [UNIT_STEP]], [[SCENARIO_STEP]], [[FAULTS_STEP]], [[SIEGE_STEP]]];
/** Long: only when it is named. */
const ONLY_BY_NAME = [SIEGE_STEP];

/** `npm test`: all steps but the long ones, or the ones named. */
export async function test(names: TestStep[]): Promise<void> {
  const chosen = (step: Step) => (names.length === 0 ? !ONLY_BY_NAME.includes(step) : names.includes(step.name));
  const stages = STAGES.map((lanes) => lanes.map((lane) => lane.filter(chosen)));
  await interruptible(async (signal) => {
    const passed = await runSteps(stages, { print, signal });
    if (signal.aborted) process.exitCode = EXIT.interrupted;
    else if (!passed) process.exitCode = EXIT.failure;
  });
}
