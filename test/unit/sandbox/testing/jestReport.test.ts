import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { fromJest, type JestReport } from "../../../../sandbox/testing/jestReport";

const suite = (name: string, message = "", assertionResults: { status: string; fullName: string }[] = []) => ({
  name: join(PROJECT_ROOT, name),
  message,
  assertionResults,
});
const report = (changes: Partial<JestReport>): JestReport => ({
  success: true,
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [],
  ...changes,
});

test("all passed", () => {
  const result = fromJest(report({ numPassedTests: 3, testResults: [suite("test/unit/a.test.ts")] }));
  expect(result).toEqual({ passed: 3, failed: 0, skipped: 0, details: "" });
});

test("a failed test is shown with its file", () => {
  const testResults = [suite("test/unit/a.test.ts"), suite("test/unit/b.test.ts", "  ● adds\n\n    Expected: 1\n")];
  expect(fromJest(report({ success: false, numPassedTests: 3, numFailedTests: 1, testResults }))).toEqual({
    passed: 3,
    failed: 1,
    skipped: 0,
    details: "test/unit/b.test.ts\n  ● adds\n\n    Expected: 1",
  });
});

test("a suite that could not run is a failure, although no test of it failed", () => {
  const testResults = [suite("test/unit/a.test.ts", "  ● Test suite failed to run")];
  const counts = { success: false, numPassedTests: 5, numRuntimeErrorTestSuites: 1 };
  expect(fromJest(report({ ...counts, testResults }))).toMatchObject({ passed: 5, failed: 1 });
});

test("pending and todo tests are skipped ones, and named", () => {
  const testResults = [
    suite("test/unit/a.test.ts", "", [
      { status: "passed", fullName: "one" },
      { status: "pending", fullName: "two" },
      { status: "todo", fullName: "three" },
    ]),
  ];
  expect(fromJest(report({ numPassedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults }))).toEqual({
    passed: 1,
    failed: 0,
    skipped: 2,
    details: "test/unit/a.test.ts\n  pending: two\n  todo: three",
  });
});

test("a run without any test is a failure", () => {
  expect(fromJest(report({}))).toMatchObject({ passed: 0, failed: 1, details: "no test was found" });
});

test("a run that jest calls failed is a failure, whatever the counts say", () => {
  expect(fromJest(report({ success: false, numPassedTests: 2 }))).toMatchObject({
    passed: 2,
    failed: 1,
    details: "jest reports failure although no test failed",
  });
});
