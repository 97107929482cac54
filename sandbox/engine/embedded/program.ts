/** Starts the Pulumi program as its language host would: in Node.js with the SDK's own runner, in Python with ours. */
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

interface Program {
  /** The exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Ends the program and whatever it started. */
  kill(): void;
}

/** The exit code that says: the program failed, and the error has been shown. */
export const EXIT_AFTER_SHOWN_ERROR = 32;

/** Types are checked by the linter and the test run; checking them here would double the time of every update. */
const TYPESCRIPT = { PULUMI_NODEJS_TYPESCRIPT: "true", PULUMI_NODEJS_TRANSPILE_ONLY: "true" };
export const PARALLEL = "16";
/** Comes before a command line: should the engine be killed, so is what it runs. One that is busy would never notice. */
export const WITH_ENGINE = ["setpriv", "--pdeathsig", "KILL"] as const;
export const PRELOAD = path.join(__dirname, "preload.cjs");
/** What must not leak from the engine's surroundings into the program's. */
const NOT_INHERITED = /^(PULUMI_|TS_NODE_|JEST_|NODE_OPTIONS$)/;

/** Runs the program of a project; its RPCs come in at `address`. */
export function startProgram(options: ProgramOptions): Program {
  const { project, stack } = options;
  const args = ["--monitor", options.address, "--engine", options.address];
  args.push("--organization", "organization", "--project", project.name, "--stack", stack);
  args.push("--root-directory", project.rootDir, "--parallel", PARALLEL);
  if (options.preview) {
    args.push("--dry-run");
  }
  // Its own process group: an interrupt at the terminal goes to the engine alone, which then ends things in order.
  const [command, ...before] = WITH_ENGINE;
  const child = spawn(command, [...before, ...runnerOf(project), ...args, programOf(project)], {
    cwd: project.programDir,
    env: programEnv(options),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
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

function runnerOf(project: Project): string[] {
  if (project.python !== undefined) {
    return [project.python, path.join(__dirname, "python.py")];
  }
  const runner = createRequire(path.join(project.programDir, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  return [process.execPath, "--require", PRELOAD, runner, "--pwd", project.programDir];
}

/** Python, unlike Node.js, has to be told the file in a folder. */
function programOf({ python, program }: Project): string {
  return python !== undefined && program === "." ? "__main__.py" : program;
}

/** The environment of a program or plugin, without what belongs to the engine's own. */
export function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)));
}

function programEnv({ config, project }: ProgramOptions): NodeJS.ProcessEnv {
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, { value, secret }] of Object.entries(config)) {
    values[project.python === undefined ? key.replace(":", ":config:") : key] = value;
    if (secret) {
      secretKeys.push(key);
    }
  }
  return {
    ...inheritedEnv(),
    PULUMI_CONFIG: JSON.stringify(values),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
    ...(project.typescript ? TYPESCRIPT : {}),
  };
}
