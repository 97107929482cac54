/** How one step of `npm test` ended. A static check counts as one test. */
export interface StepResult {
  passed: number;
  failed: number;
  skipped: number;
  /** What a person needs to mend it; empty when nothing failed. */
  details: string;
}

export const PASSED: StepResult = { passed: 1, failed: 0, skipped: 0, details: "" };

export const failedWith = (details: string): StepResult => ({ passed: 0, failed: 1, skipped: 0, details });

/** The counts in the words of the last line: `N passed, N failed` and, where there are any, `, N skipped`. */
export function countsText({ passed, failed, skipped }: Omit<StepResult, "details">): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** All steps' counts together. */
export function sum(results: StepResult[]): Omit<StepResult, "details"> {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  return total;
}

/** Skipping a test is not passing it. */
export const isClean = ({ passed, failed, skipped }: Omit<StepResult, "details">): boolean =>
  passed > 0 && failed === 0 && skipped === 0;
