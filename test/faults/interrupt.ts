import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../scenario/support";
import type { Relay } from "./relay";

export type StepName = "install" | "users" | "apply" | "proof";

/** A place in a step: right before a command of the step's own shell. */
export interface Point {
  /** Script and line. */
  at: string;
  /** The function that the command is in, if it is in one. */
  inFunction: string;
  command: string;
}

/** What can happen to a step; each runs as root in the step's own session. */
export const faults = {
  /** Everything of the step ends at once: launcher, shell and the command that is at work. */
  kill: "pkill -KILL -s 0",
  /** The SSH connection breaks; the step goes on with nobody to talk to. */
  cut: "kill -KILL $(ps -o ppid= -p $(ps -o sid= -p $$))",
  /** The step stands still, for whoever wants to do something to the whole machine at that moment. */
  freeze: "kill -STOP $$",
};

const folder = "/root/faults";

/** Lets the faults below happen on a relay's host. */
export async function plantFaults(relay: Relay): Promise<void> {
  await relay.run(`mkdir -p ${folder}; echo 'BASH_ENV=${folder}/interrupt.sh' >>/etc/environment`);
  await relay.write(`${folder}/interrupt.sh`, readFileSync(join(__dirname, "interrupt.sh"), "utf8"));
}

/** From now on every step writes down what it passes. */
export async function watchSteps(relay: Relay): Promise<void> {
  await writePlan(relay, "fault_step='' fault_point='' fault=''");
}

/** The same, and a fault happens when a step first reaches a point. */
export async function planFault(relay: Relay, step: StepName, point: Point, fault: string): Promise<void> {
  await writePlan(relay, `fault_step=${step} fault_point='${point.at}' fault='${fault}'`);
}

async function writePlan(relay: Relay, plan: string): Promise<void> {
  await relay.run(`rm -f ${folder}/reached ${folder}/trace.*`);
  await relay.write(`${folder}/plan`, `${plan}\n`);
}

export async function forgetFault(relay: Relay): Promise<void> {
  await relay.run(`rm -f ${folder}/plan`);
}

/** Resolves when the planned fault has happened. */
export function faultHappened(relay: Relay): Promise<string> {
  return eventually(() => relay.run(`[ -e ${folder}/reached ]`), 240);
}

/** The points that a watched step passed, in order, each once however often it was passed. */
export async function pointsPassed(relay: Relay, step: StepName): Promise<Point[]> {
  const lines = (await relay.run(`cat ${folder}/trace.${step}.sh`)).trim().split("\n");
  const points = lines.map((line): Point => {
    const [at = "", inFunction = "", command = ""] = line.split("\t");
    return { at, inFunction, command };
  });
  return points.filter((point, index) => points.findIndex(({ at }) => at === point.at) === index);
}

/** That many of the points, each in the middle of an equal share of them. */
export function spread(points: Point[], count: number): Point[] {
  const indices = Array.from({ length: count }, (_, share) => Math.floor(((share + 0.5) * points.length) / count));
  return [...new Set(indices)].map((index) => points[index]!);
}

/** Where a function begins. */
export function entryOf(points: Point[], name: string): Point {
  const point = points.find(({ inFunction }) => inFunction === name);
  if (!point) throw new Error(`the step never came to ${name}()`);
  return point;
}

/** The points up to the first with that command, itself included. */
export function upTo(points: Point[], command: string): Point[] {
  const index = points.findIndex((point) => point.command === command);
  if (index < 0) throw new Error(`the step never came to: ${command}`);
  return points.slice(0, index + 1);
}
