import { existsSync } from "node:fs";
import { attempt } from "../cloud/run";

/** A program that tests need, and the Debian package it comes in. */
export interface Tool {
  command: string;
  package: string;
  /** Arguments with which it succeeds only where the package is there, for a command that may be there without. */
  proof?: string[];
  /** The package also starts a service, which a test has no business to do on somebody's machine. */
  service?: boolean;
}

const APT = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
const ENVIRONMENT = { DEBIAN_FRONTEND: "noninteractive" };

/** apt-get does not wait for another one that updates its lists, so only one works at a time. */
let queue: Promise<unknown> = Promise.resolve();

/** Makes sure that a tool is there, installing its package where that is possible; rejects with a way out. */
export function ensureTool(tool: Tool, onProgress: (line: string) => void): Promise<void> {
  const turn = queue.then(() => ensure(tool, onProgress));
  queue = turn.catch(() => undefined);
  return turn;
}

async function ensure(tool: Tool, onProgress: (line: string) => void): Promise<void> {
  if (await exists(tool.command, tool.proof)) return;
  const wayOut = `${tool.command} is missing; install Debian's package ${tool.package} and run npm test again`;
  const startsService = tool.service && existsSync("/run/systemd/system");
  if (startsService || process.getuid?.() !== 0 || !(await exists("apt-get"))) throw new Error(wayOut);
  onProgress(`installing Debian's ${tool.package}`);
  for (const action of [["update"], ["install", "--no-install-recommends", tool.package]]) {
    const { code, stderr } = await attempt([...APT, ...action], { env: ENVIRONMENT });
    if (code !== 0) throw new Error(`${wayOut}. apt-get ${action[0]} said:\n${stderr.trim()}`);
  }
}

const exists = async (command: string, proof?: string[]) =>
  (await attempt(proof ? [command, ...proof] : ["sh", "-c", 'command -v "$0"', command])).code === 0;
