/** `npm run bench`: measures the figures of docs/performance.md. A goal that is missed is a result, not a failure. */
import { cpus, loadavg } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Release } from "../../sandbox/cloud/types";
import { CommandError, EXIT, interruptible, print, progress } from "../../sandbox/commands/terminal";
import { createLab, type Lab } from "../../sandbox/lab";
import { BENCH_KINDS, RELEASES, TEST_PREFIX, type BenchKind } from "../../sandbox/names";
import { measureChanges } from "./changes";
import { changeFigures, figures, longQueueFigures, memoryFigures, table, throughputFigures } from "./figures";
import type { Figure } from "./figures";
import { measureMemory } from "./memory";
import { measureLongQueue } from "./queue";
import { measureRound } from "./round";
import { noChanges, noLongQueue, noMemory, noSamples, noThroughput } from "./samples";
import { Subjects } from "./subjects";
import { measureThroughput } from "./throughput";

const positive = (text: string): number => {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number from 1 to 99.");
};

interface BenchOptions {
  runs: number;
  release: Release;
  only?: BenchKind;
}

const program = new Command("npm run bench --")
  .description("Measure what a deployment costs, each figure as a ratio within one run.")
  .option("--runs <number>", "how often to measure each; the median counts", positive, 3)
  .addOption(new Option("--release <release>", "the Debian release").choices(RELEASES).default(RELEASES[0]))
  .addOption(new Option("--only <kind>", "only figures of this kind").choices(BENCH_KINDS))
  .action((options: BenchOptions) => interruptible((signal) => bench(options, signal)));

async function bench({ runs, release, only }: BenchOptions, signal: AbortSignal): Promise<void> {
  const lab = await createLab({ name: `${TEST_PREFIX}bench`, release, onProgress: progress });
  const list: Figure[] = [];
  const loadBefore = load();
  try {
    const subjects = new Subjects(lab, signal);
    const wanted = (kind: BenchKind) => only === undefined || only === kind;
    if (wanted("deployment")) list.push(...(await deployment(runs, lab, subjects)));
    if (wanted("changes")) {
      const changes = noChanges();
      await measureChanges(runs, lab, subjects, changes, progress);
      list.push(...changeFigures(changes));
    }
    if (wanted("throughput")) {
      const throughput = noThroughput();
      await measureThroughput(runs, lab, subjects, throughput, progress, signal);
      list.push(...throughputFigures(throughput));
    }
    if (wanted("memory")) {
      const memory = noMemory();
      await measureMemory(runs, lab, subjects, memory, progress);
      list.push(...memoryFigures(memory));
    }
    if (wanted("queue")) {
      const queue = noLongQueue();
      await measureLongQueue(runs, lab, subjects, queue, progress);
      list.push(...longQueueFigures(queue));
    }
  } catch (error) {
    if (signal.aborted) throw new CommandError("Interrupted. Nothing of the sandbox is left.", EXIT.interrupted);
    throw error;
  } finally {
    progress("removing the sandbox");
    await lab.close();
  }
  const missed = list.filter(({ met }) => !met).length;
  print(table(list));
  print();
  print(
    `Measured ${runs} times on ${release}, ${lab.engine.kind} engine, ${cpus().length} cores, load average ${loadBefore} before and ${load()} after.`,
  );
  print(missed === 0 ? "Every goal is met." : `Of ${list.length} goals, ${missed} missed.`);
}

async function deployment(runs: number, lab: Lab, subjects: Subjects): Promise<Figure[]> {
  const samples = noSamples();
  progress("warming up");
  await subjects.up(subjects.program("empty"));
  for (let round = 1; round <= runs; round++) {
    await measureRound(round, lab, subjects, samples, (line) => progress(`run ${round} of ${runs}: ${line}`));
  }
  return figures(samples);
}

const load = (): string => loadavg()[0]!.toFixed(1);

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof CommandError ? error.exitCode : EXIT.failure;
});
