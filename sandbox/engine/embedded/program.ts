/** Starts the Pulumi program with the SDK's own runner, as the Node.js language host would. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import type { ConfigValue } from "../types";
import type { Project } from "./project";

export interface ProgramOptions {
  project: Project;
  stack: string;
  config: Record<string, ConfigValue>;
  preview: boolean;
  /** Where the engine's two gRPC services listen. */
  address: string;
  onLine: (line: string) => void;
}

export interface Program {
  /** The exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Ends the program and whatever it started. */
  kill(): void;
}

/** The exit code that says: the program failed, and the error has been shown. */
export const EXIT_AFTER_SHOWN_ERROR = 32;

/** Types are checked by the linter and the test run; checking them here would double the time of every update. */
const TYPESCRIPT = { PULUMI_NODEJS_TYPESCRIPT: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
const PARALLEL = "16";
/** What must not leak from the engine's surroundings into the program's. */
const NOT_INHERITED = /^(PULUMI_|TS_NODE_|JEST_|NODE_OPTIONS$)/;

/** Runs the program of a project; its RPCs come in at `address`. */
export function startProgram(options: ProgramOptions): Program {
  const { project, stack } = options;
  const runner = createRequire(path.join(project.programDir, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  const args = ["--monitor", options.address, "--engine", options.address];
  args.push("--organization", "organization", "--project", project.name, "--stack", stack);
  args.push("--root-directory", project.rootDir, "--pwd", project.programDir, "--parallel", PARALLEL);
  if (options.preview) {
    args.push("--dry-run");
  }
  // Its own process group: an interrupt at the terminal goes to the engine alone, which then ends things in order.
  const child = spawn(
    process.execPath,
    ["--require", path.join(__dirname, "preload.cjs"), runner, ...args, project.program],
    { cwd: project.programDir, env: programEnv(options), stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", options.onLine);
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL");
    }
  };
  return { exited, kill };
}

function programEnv({ config, project }: ProgramOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name));
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, { value, secret }] of Object.entries(config)) {
    values[key.replace(":", ":config:")] = value;
    if (secret) {
      secretKeys.push(key);
    }
  }
  return {
    ...Object.fromEntries(inherited),
    PULUMI_CONFIG: JSON.stringify(values),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    ...(project.typescript ? TYPESCRIPT : {}),
  };
}
