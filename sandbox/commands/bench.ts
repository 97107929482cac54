import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { build } from "../build";
import { PROJECT_ROOT } from "../paths";

/** `npm run bench`: a program of its own beside the tests, which nothing in the sandbox depends on. */
export async function bench(runs: string, release: string, only?: string): Promise<void> {
  await build();
  const program = join(PROJECT_ROOT, "test", "bench", "run.ts");
  const child = spawn(
    process.execPath,
    [
      "-r",
      "ts-node/register/transpile-only",
      program,
      "--runs",
      runs,
      "--release",
      release,
      ...(only === undefined ? [] : ["--only", only]),
    ],
    {
      cwd: PROJECT_ROOT,
      stdio: "inherit",
    },
  );
  // A Ctrl-C reaches the child by itself; it alone decides how to end.
  const wait = () => undefined;
  process.on("SIGINT", wait);
  const [code] = (await once(child, "exit")) as [number | null];
  process.off("SIGINT", wait);
  process.exitCode = code ?? 1;
}
