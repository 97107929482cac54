import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  stdin?: string;
  env?: Record<string, string>;
  /** Called with every line of standard output while the command runs. */
  onLine?: (line: string) => void;
}

const UNSTARTABLE = 127;
const STDERR_LINES_SHOWN = 5;

/** The environment for commands; root's shell does not always look where administration's commands are. */
export const commandEnvironment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
  LC_ALL: "C",
  ...more,
});

/** Runs a command to its end, whatever its exit code; a command ended by a signal or not found counts as 127. */
export async function attempt(argv: string[], options: RunOptions = {}): Promise<Finished> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const env = commandEnvironment(options.env);
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    if (options.onLine) createInterface({ input: child.stdout }).on("line", options.onLine);
    // A command that ends before it has read its input is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    child.on("error", (error) => resolve({ code: UNSTARTABLE, stdout: "", stderr: error.message }));
    child.on("close", (code) =>
      resolve({
        code: code ?? UNSTARTABLE,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/** Runs a command that has to succeed and returns its standard output. */
export async function run(argv: string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(argv, options);
  if (code === 0) return stdout;
  const reason = stderr.trim().split("\n").slice(-STDERR_LINES_SHOWN).join("\n");
  throw new Error(`${argv.join(" ")} failed with exit code ${code}: ${reason}`);
}

/** Sends a signal to a process that may have ended by itself meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
