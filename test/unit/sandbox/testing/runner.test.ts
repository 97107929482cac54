import type { TestStep } from "../../../../sandbox/names";
import { failedWith, PASSED, type StepResult } from "../../../../sandbox/testing/result";
import { runSteps } from "../../../../sandbox/testing/runner";
import type { Step } from "../../../../sandbox/testing/steps";

const never = new AbortController().signal;
const step = (name: TestStep, result: StepResult): Step => ({ name, run: () => Promise.resolve(result) });
const counted = (passed: number, failed = 0, skipped = 0): StepResult => ({ passed, failed, skipped, details: "why" });

async function outcome(stages: Step[][][], signal = never) {
  const lines: string[] = [];
  const clean = await runSteps(stages, { print: (line) => lines.push(line), signal });
  return { clean, lines, last: lines.at(-1) };
}

test("one line for each step, the counts of all as the last one", async () => {
  const { clean, lines } = await outcome([[[step("types", PASSED)], [step("unit", counted(40))]]]);
  expect(clean).toBe(true);
  expect(lines.map((line) => line.replace(/[\d.]+ s/, "N s"))).toEqual([
    "types      passed (N s)",
    "unit       40 passed, 0 failed (N s)",
    "",
    "41 passed, 0 failed",
  ]);
});

test("a failure is told with its details, and the steps after it still run", async () => {
  const { clean, lines, last } = await outcome([
    [[step("types", failedWith("a.ts(1,1): error")), step("lint", PASSED)]],
    [[step("scenario", PASSED)]],
  ]);
  expect(clean).toBe(false);
  expect(lines).toContain("  a.ts(1,1): error");
  expect(last).toBe("2 passed, 1 failed");
});

test("skipped tests are counted, and are not a success", async () => {
  expect(await outcome([[[step("unit", counted(3, 0, 2))]]])).toMatchObject({
    clean: false,
    last: "3 passed, 0 failed, 2 skipped",
  });
});

test("nothing run is not a success", async () => {
  expect(await outcome([[[]]])).toMatchObject({ clean: false, last: "0 passed, 0 failed" });
});

test("a step that throws is a failed one", async () => {
  const broken: Step = { name: "lint", run: () => Promise.reject(new Error("spawn eslint ENOENT")) };
  const { lines, last } = await outcome([[[broken, step("format", PASSED)]]]);
  expect(lines).toContain("  spawn eslint ENOENT");
  expect(last).toBe("1 passed, 1 failed");
});

test("lanes run side by side, stages one after the other", async () => {
  const events: string[] = [];
  const traced = (name: TestStep): Step => ({
    name,
    run: async () => {
      events.push(`${name} begins`);
      await new Promise(setImmediate);
      events.push(`${name} ends`);
      return PASSED;
    },
  });
  await outcome([[[traced("lint")], [traced("unit")]], [[traced("scenario")]]]);
  expect(events).toEqual(["lint begins", "unit begins", "lint ends", "unit ends", "scenario begins", "scenario ends"]);
});

test("after an interruption no further step begins", async () => {
  const controller = new AbortController();
  const interrupted: Step = {
    name: "types",
    run: () => Promise.resolve(failedWith("")).finally(() => controller.abort()),
  };
  const { last } = await outcome(
    [[[interrupted, step("lint", PASSED)]], [[step("scenario", PASSED)]]],
    controller.signal,
  );
  expect(last).toBe("0 passed, 1 failed");
});
