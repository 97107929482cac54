import { countsText, failedWith, isClean, sum, type StepResult } from "./result";
import type { Step } from "./steps";

/** Nothing printed for this long makes people wonder whether anything still happens. */
const STILL_MS = 30_000;

interface RunnerOptions {
  print: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Runs every step, also after a failure, and prints one line for each, details of failures, and as the last line the
 * counts of all. Steps in different lanes of one stage run side by side; a stage waits for the one before.
 * Returns whether all passed and none was skipped.
 */
export async function runSteps(stages: Step[][][], { print, signal }: RunnerOptions): Promise<boolean> {
  const results: StepResult[] = [];
  for (const lanes of stages) {
    await Promise.all(
      lanes.map(async (lane) => {
        for (const step of lane) if (!signal.aborted) results.push(await runStep(step, { print, signal }));
      }),
    );
  }
  const total = sum(results);
  print("");
  print(countsText(total));
  return isClean(total);
}

async function runStep(step: Step, { print, signal }: RunnerOptions): Promise<StepResult> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const say = (text: string) => print(`${step.name.padEnd(10)} ${text}`);
  const still = setInterval(() => say(`  still running (${seconds()})`), STILL_MS);
  try {
    const result = await step.run(signal, (line) => say(`  ${line}`)).catch(asFailure);
    say(`${describe(result)} (${seconds()})`);
    if (!isClean(result)) print(indented(result.details));
    return result;
  } finally {
    clearInterval(still);
  }
}

/** A static check either passed or failed; only more than one test is worth counting. */
function describe(result: StepResult): string {
  const { passed, failed, skipped } = result;
  if (passed + failed + skipped > 1) return countsText(result);
  return passed === 1 ? "passed" : "FAILED";
}

const asFailure = (error: unknown) => failedWith(error instanceof Error ? error.message : String(error));
const indented = (text: string) => text.replace(/^/gm, "  ");
