import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const GRACE_MS = 10_000;

export interface Finished {
  code: number;
  /** Standard output and standard error, in the order in which they came. */
  output: string;
}

export interface RunOptions {
  cwd: string;
  onLine?: (line: string) => void;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Aborting ends the command and everything it started. */
  signal: AbortSignal;
}

/** Runs a command to its end; rejects only when it cannot be started. */
export async function run(
  command: string,
  args: string[],
  { cwd, env, onLine, signal }: RunOptions,
): Promise<Finished> {
  // A process group of its own, so that the command's own children end with it.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  const abort = () => end(child);
  signal.addEventListener("abort", abort);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { code: code ?? 1, output: lines.join("\n") };
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function end(child: ChildProcess): void {
  const signalGroup = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // Already gone.
    }
  };
  signalGroup("SIGTERM");
  const timer = setTimeout(() => signalGroup("SIGKILL"), GRACE_MS);
  child.once("close", () => clearTimeout(timer));
}
