import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../paths";
import { filesEnding } from "./files";
import { run, type Finished } from "./process";
import { failedWith, PASSED, type StepResult } from "./result";
import { ensureTool, type Tool } from "./tool";

/** Debian's own, whichever other one is first on PATH: its package brings what makes an environment. */
export const PYTHON: Tool = {
  command: "/usr/bin/python3",
  package: "python3-venv",
  proof: ["-c", "import ensurepip, venv"],
};
const REQUIREMENTS = join(PROJECT_ROOT, "test", "python", "requirements.txt");
const LIBRARY = "components/host";
const CACHE = join(PROJECT_ROOT, "node_modules", ".cache", "mail-relay");

/** A Python with the pinned tools, made when it is first needed; another list of tools makes another one. */
async function environment(signal: AbortSignal, onProgress: (line: string) => void): Promise<string> {
  await ensureTool(PYTHON, onProgress);
  const { output: version } = await run(PYTHON.command, ["-VV"], { cwd: PROJECT_ROOT, signal });
  const digest = createHash("sha256").update(version).update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 16);
  const folder = join(CACHE, `python-${digest}`);
  const python = join(folder, "bin", "python");
  if (existsSync(folder)) return python;
  onProgress("installing ruff, mypy and pytest from PyPI");
  // Complete before it has its name, so that a run that was cut off leaves nothing that looks whole.
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", REQUIREMENTS];
  for (const argv of [
    [PYTHON.command, "-m", "venv", unfinished],
    [join(unfinished, "bin", "python"), ...pip],
  ]) {
    const { code, output } = await run(argv[0]!, argv.slice(1), { cwd: PROJECT_ROOT, signal });
    if (code === 0) continue;
    await rm(unfinished, { recursive: true, force: true });
    throw new Error(`the Python tools cannot be installed:\n${output}`);
  }
  // Another run may have been faster.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  return python;
}

/** Runs a module of the environment as a program. */
type Runner = (tool: string, args: string[], env?: Record<string, string>) => Promise<Finished>;
type Check = (python: Runner) => Promise<StepResult>;

/** What a step runs: a check with the environment's tools. */
export function withPython(check: Check) {
  return async (signal: AbortSignal, onProgress: (line: string) => void): Promise<StepResult> => {
    const python = await environment(signal, onProgress);
    // Only by `-m` are they found whatever the folder was called when they were installed.
    return check((tool, args, env) => run(python, ["-B", "-m", tool, ...args], { cwd: PROJECT_ROOT, signal, env }));
  };
}

export const ruff: Check = async (python) => {
  const cache = ["--cache-dir", join(CACHE, "ruff")];
  const rules = await python("ruff", ["check", ...cache, "--output-format", "concise", "."]);
  const form = await python("ruff", ["format", ...cache, "--check", "."]);
  return rules.code === 0 && form.code === 0 ? PASSED : failedWith([rules.output, form.output].join("\n"));
};

/** Checks each folder alone, with the names its modules have on the host: several folders have a `certificate`. */
export const mypy: Check = async (python) => {
  const wrong: string[] = [];
  for (const [folder, files] of pythonFolders()) {
    // Tests import the command's scripts, too.
    const roots = [folder, ...(folder.startsWith("test/") ? ["cli/host", "components/services/signer"] : []), LIBRARY];
    const env = { MYPYPATH: [...new Set(roots)].map((root) => join(PROJECT_ROOT, root)).join(":") };
    const { code, output } = await python("mypy", ["--cache-dir", join(CACHE, "mypy"), ...files], env);
    if (code !== 0) wrong.push(output);
  }
  return wrong.length === 0 ? PASSED : failedWith(wrong.join("\n"));
};

/** The Python files by folder; the library's belong to the folder around it. */
export function pythonFolders(root = PROJECT_ROOT): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const file of filesEnding(".py", root)) {
    const folder = dirname(file) === `${LIBRARY}/lib` ? LIBRARY : dirname(file);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

export const pytest: Check = async (python) =>
  fromPytest(await python("pytest", ["-p", "no:cacheprovider", "-q", "test/python"]));

/** Counts by pytest's last line, such as `1 failed, 3 passed in 0.12s`; one that did not come so far failed once. */
export function fromPytest({ code, output }: Finished): StepResult {
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(last)?.[1] ?? 0);
  const failed = count("failed") + count("error");
  const result = { passed: count("passed"), failed, skipped: count("skipped"), details: output };
  return code === 0 || failed > 0 ? result : { ...result, failed: 1 };
}
