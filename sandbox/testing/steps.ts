import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abandonedLabs, removeLab } from "../lab";
import type { TestStep } from "../names";
import { npmBinary, PROJECT_ROOT } from "../paths";
import { filesEnding } from "./files";
import { fromJest, type JestReport } from "./jestReport";
import { run, type RunOptions } from "./process";
import { mypy, PYTHON, pytest, ruff, withPython } from "./python";
import { failedWith, PASSED, type StepResult } from "./result";
import { ensureTool, type Tool } from "./tool";

/** As many as the sandbox has networks for: a scenario needs up to two of its eight. */
const SIDE_BY_SIDE = ["--maxWorkers=3"];
/** Jest says after a second that it did not exit; closing a server or ending a container may take a little longer. */
const EXIT_GRACE_MS = 20_000;

export interface Step {
  name: TestStep;
  /** `onProgress` is called with what a person who waits may like to know. */
  run(signal: AbortSignal, onProgress: (line: string) => void): Promise<StepResult>;
}

const SHELLCHECK: Tool = { command: "shellcheck", package: "shellcheck" };
/** An ACME server, and a judge of TLS servers. */
const PEBBLE: Tool = { command: "pebble", package: "pebble" };
const TESTSSL: Tool = { command: "testssl", package: "testssl.sh" };
/** Looks at all ports of a relay, as a stranger can. */
const NMAP: Tool = { command: "nmap", package: "nmap" };
/** A name server that signs what it serves, for resolvers that look. */
const NAMED: Tool = { command: "/usr/sbin/named", package: "bind9", service: true };
/** The engine's SSH client is tested against the real server. */
const SSHD: Tool = { command: "/usr/sbin/sshd", package: "openssh-server", service: true };

/** Quick checks of the sources, one after the other. */
export const STATIC_STEPS: Step[] = [
  check("types", npmBinary("tsc"), ["--noEmit"]),
  check("lint", npmBinary("eslint"), ["."]),
  check("format", npmBinary("prettier"), ["--check", "."]),
  needing(SHELLCHECK, {
    name: "shellcheck",
    run: (signal) =>
      runCheck("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", ...shellScripts()], signal),
  }),
  { name: "ruff", run: withPython(ruff) },
  { name: "mypy", run: withPython(mypy) },
  { name: "pytest", run: withPython(pytest) },
];

/** The static checks beside it leave most of the machine idle, and end long before it. */
export const UNIT_STEP = needing(SSHD, jest("unit", ["--maxWorkers=100%"]));

/**
 * Scenarios run real relays in sandboxes of their own, of which none may be left behind. Much of their time is waiting,
 * for package lists, for Postfix, for a cloud's answer; side by side they keep two cores busy.
 */
export const SCENARIO_STEP = needing(
  PEBBLE,
  needing(TESTSSL, needing(NMAP, needing(NAMED, needing(PYTHON, leavingNothing(jest("scenario", SIDE_BY_SIDE)))))),
);
/** The same, with deploys and relays that are interrupted on purpose. */
export const FAULTS_STEP = leavingNothing(jest("faults", SIDE_BY_SIDE));
/** One relay that everything happens to at once, for minutes. */
export const SIEGE_STEP = leavingNothing(jest("siege", []));

function leavingNothing(step: Step): Step {
  return {
    name: step.name,
    run: async (...args) => {
      await removeAbandonedLabs();
      const result = await step.run(...args);
      const left = await removeAbandonedLabs();
      if (left.length === 0) return result;
      const details = `${result.details}\nsandboxes were left behind (and are removed now): ${left.join(", ")}`.trim();
      return { ...result, failed: result.failed + 1, details };
    },
  };
}

async function removeAbandonedLabs(): Promise<string[]> {
  const names = await abandonedLabs();
  for (const name of names) await removeLab(name);
  return names;
}

function check(name: TestStep, command: string, args: string[]): Step {
  return { name, run: (signal) => runCheck(command, args, signal) };
}

async function runCheck(command: string, args: string[], signal: AbortSignal): Promise<StepResult> {
  const { code, output } = await run(command, args, { cwd: PROJECT_ROOT, signal });
  return code === 0 ? PASSED : failedWith(output);
}

function needing(tool: Tool, step: Step): Step {
  return {
    name: step.name,
    run: async (signal, onProgress) => {
      await ensureTool(tool, onProgress);
      return step.run(signal, onProgress);
    },
  };
}

/** Every shell script of the checkout. */
export const shellScripts = (root = PROJECT_ROOT): string[] => [...filesEnding(".sh", root), join(".ci", "run")];

function jest(project: "unit" | "scenario" | "faults" | "siege", args: string[]): Step {
  return {
    name: project,
    run: async (signal, onProgress) => {
      const folder = await mkdtemp(join(tmpdir(), "mail-relay-test-"));
      try {
        return await runJest(project, args, join(folder, "report.json"), signal, onProgress);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function runJest(
  project: string,
  args: string[],
  reportFile: string,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<StepResult> {
  const hung = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  const onLine: RunOptions["onLine"] = (line) => {
    if (/^(PASS|FAIL) /.test(line)) onProgress(line);
    if (line.startsWith("Jest did not exit")) grace = setTimeout(() => hung.abort(), EXIT_GRACE_MS);
  };
  const command = ["--ci", "--selectProjects", project, "--json", "--outputFile", reportFile, ...args];
  const either = AbortSignal.any([signal, hung.signal]);
  const { output } = await run(npmBinary("jest"), command, { cwd: PROJECT_ROOT, onLine, signal: either });
  clearTimeout(grace);
  const report = await readFile(reportFile, "utf8").catch(() => undefined);
  if (report === undefined) return failedWith(`jest ended without a report:\n${output}`);
  const result = fromJest(JSON.parse(report) as JestReport);
  if (!hung.signal.aborted) return result;
  const details =
    `${result.details}\na test left something open (a server, a socket, a timer): jest did not end`.trim();
  return { ...result, failed: result.failed + 1, details };
}
