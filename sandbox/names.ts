import type { Release } from "./cloud/types";

/** The Debian releases a droplet can run; the first choice is the generation of Ubuntu 22.04 and 24.04. */
export const RELEASES = ["bookworm", "bullseye", "trixie"] as const satisfies readonly Release[];

/** Begins the names of the sandboxes that this process starts for tests, so that runs side by side do not meet. */
export const TEST_PREFIX = `t${process.pid}-`;
/** Finds in such a name the process that answers for it. */
export const TEST_NAME = /^t(\d+)-/;

/** The steps of `npm test`. */
export const TEST_STEPS = [
  "types",
  "lint",
  "format",
  "shellcheck",
  "ruff",
  "mypy",
  "pytest",
  "unit",
  "scenario",
  "faults",
  "siege",
] as const;
export type TestStep = (typeof TEST_STEPS)[number];

/** What `npm run bench` can measure by itself. */
export const BENCH_KINDS = ["deployment", "changes", "throughput", "memory", "queue"] as const;
export type BenchKind = (typeof BENCH_KINDS)[number];
