import { relative } from "node:path";
import { PROJECT_ROOT } from "../paths";
import { failedWith, type StepResult } from "./result";

/** What this project reads of the file that `jest --json --outputFile` writes. */
export interface JestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: { name: string; message: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** Counts a finished jest run: a suite that could not run is one failure, pending and todo tests are skipped ones. */
export function fromJest(report: JestReport): StepResult {
  const result: StepResult = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    details: report.testResults.map(details).filter(Boolean).join("\n\n"),
  };
  if (result.passed + result.failed + result.skipped === 0) return failedWith("no test was found");
  // For example an obsolete snapshot file under --ci: no test failed, yet jest says no.
  if (!report.success && result.failed === 0) {
    return { ...result, failed: 1, details: `${result.details}\njest reports failure although no test failed`.trim() };
  }
  return result;
}

function details(suite: JestReport["testResults"][number]): string {
  const skips = suite.assertionResults.filter(isSkipped).map(({ status, fullName }) => `  ${status}: ${fullName}`);
  const lines = [suite.message.trimEnd(), ...skips].filter(Boolean);
  return lines.length > 0 ? [relative(PROJECT_ROOT, suite.name), ...lines].join("\n") : "";
}

const isSkipped = ({ status }: { status: string }) => ["pending", "todo", "skipped", "disabled"].includes(status);
