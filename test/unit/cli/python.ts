import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../sandbox/paths";

/** Where a folder of scripts finds its modules: in itself and beside the library. */
export const pythonPath = (folder: string) =>
  [folder, "components/host"].map((name) => join(PROJECT_ROOT, name)).join(":");

/** Evaluates an expression with the names of a module of cli/host, and the argument as `given`. */
export function python<Result>(module: string, expression: string, given: unknown): Result {
  const program = `import json, sys\nfrom ${module} import *\ngiven = json.load(sys.stdin)\nprint(json.dumps(${expression}))`;
  const env = { ...process.env, PYTHONPATH: pythonPath("cli/host"), TZ: "UTC" };
  const input = JSON.stringify(given);
  return JSON.parse(execFileSync("python3", ["-B", "-c", program], { env, input, encoding: "utf8" })) as Result;
}
