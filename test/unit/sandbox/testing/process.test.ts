import { readFileSync } from "node:fs";
import { run } from "../../../../sandbox/testing/process";

jest.setTimeout(60_000);

const never = new AbortController().signal;
const shell = (script: string, signal = never, onLine?: (line: string) => void) =>
  run("sh", ["-c", script], { cwd: "/", signal, onLine });

/** An ended process that its parent has not yet taken notice of is a zombie, and does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("returns the exit code and both outputs, line by line", async () => {
  const lines: string[] = [];
  const finished = await shell("echo out; sleep 0.1; echo err >&2; exit 7", never, (line) => lines.push(line));
  expect(finished).toEqual({ code: 7, output: "out\nerr" });
  expect(lines).toEqual(["out", "err"]);
});

test("a command that is ended by a signal has not succeeded", async () => {
  expect((await shell("kill -KILL $$")).code).not.toBe(0);
});

test("a command that does not exist is an error", async () => {
  await expect(run("/no/such/command", [], { cwd: "/", signal: never })).rejects.toThrow(/ENOENT/);
});

test("an interruption ends the command and what it started", async () => {
  const controller = new AbortController();
  let grandchild = 0;
  const finished = shell("sleep 600 & echo $!; wait", controller.signal, (line) => {
    grandchild = Number(line);
    controller.abort();
  });
  expect((await finished).code).not.toBe(0);
  expect(grandchild).toBeGreaterThan(0);
  expect(isRunning(grandchild)).toBe(false);
});
