import { spawn } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { changes, failure, TestProject } from "./support/project";
import { Things } from "./support/things";

jest.setTimeout(120_000);

let things: Things;
let project: TestProject;

beforeEach(() => {
  things = new Things();
  project = new TestProject({ test: things.provider });
});

afterEach(() => project.remove());

async function names(): Promise<string[]> {
  return (await project.state()).resources
    .map(({ urn }) => urn.split("::").pop() ?? "")
    .filter((name) => name !== "eng-dev");
}

/** Processes whose working folder is the project's: programs that were not ended. */
function leftOver(): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === project.dir;
    } catch {
      return false;
    }
  });
}

test("a failing resource stops what depends on it; what runs is finished and kept; the next run goes on", async () => {
  const program = (fail: string) => `
    const bad = new Thing("bad", { value: "one", fail: "${fail}", delayMs: 300 });
    new Thing("slow", { value: "two", delayMs: 1500 });
    new Thing("after", { value: bad.out });`;
  const error = await failure(project.up(program("create")));
  expect(error.message).toBe("test:index:Thing bad: cannot create it: one");
  expect(error.result.text).toContain("error: test:index:Thing bad: cannot create it: one");
  expect(things.ends).toEqual(["end create slow"]);
  expect(things.calls).not.toContain("create after");
  expect(changes(error.result)).toEqual(["create slow"]);
  expect(await names()).toEqual(["slow"]);
  expect((await project.state()).pending_operations).toEqual([]);
  expect(leftOver()).toEqual([]);

  expect(changes(await project.up(program("never")))).toEqual(["create bad", "create after"]);
});

test("a failing run deletes nothing, and a failing update or delete keeps the old state", async () => {
  await project.up(`new Thing("old", { value: "one" }); new Thing("a", { value: "one", fail: "delete" });`);
  things.calls.length = 0;
  const error = await failure(project.up(`new Thing("a", { value: "two", fail: "update" });`));
  expect(error.message).toContain("cannot update it");
  expect(things.calls).toEqual(["update a"]);
  expect((await names()).sort()).toEqual(["a", "old"]);

  const inputs = (await project.state()).resources.find(({ urn }) => urn.endsWith("::a"))!.inputs;
  expect(inputs.value).toBe("one");
  const undeletable = await failure(project.up(""));
  expect(undeletable.message).toBe("test:index:Thing a: cannot delete it: one");
  expect(undeletable.result.text.match(/cannot delete it/g)).toHaveLength(1);
  expect(await names()).toEqual(["a"]);
});

test("a replacement that fails leaves the original in use", async () => {
  const program = (fixed: string, fail: string) => `
    new Thing("a", { value: "one", fixed: "${fixed}", fail: "${fail}" });`;
  await project.up(program("x", "never"));
  things.calls.length = 0;
  await failure(project.up(program("y", "create")));
  expect(things.calls).toEqual(["create a"]);
  expect(changes(await project.up(program("x", "never")))).toEqual([]);
});

test("a replaced resource that cannot be deleted keeps what it depends on; the end of a later run deletes both", async () => {
  const program = (fixed: string, more = "") => `
    const a = new Thing("a", { value: "one", fixed: "${fixed}" });
    const b = new Thing("b", { value: "two", fixed: "${fixed}" }, { dependsOn: a });
    new Thing("c", { value: "three", fixed: "${fixed}" }, { dependsOn: b });
    ${more}`;
  await project.up(program("x"));
  things.stuck.add("b");
  things.calls.length = 0;
  const error = await failure(project.up(program("y")));
  expect(error.message).toBe("test:index:Thing b: cannot delete it: two");
  expect(things.calls).toEqual(["create a", "create b", "create c", "delete c", "delete b"]);
  expect((await names()).sort()).toEqual(["a", "a", "b", "b", "c"]);

  things.calls.length = 0;
  await failure(project.up());
  expect(things.calls).toEqual(["delete b"]);
  things.stuck.clear();
  things.calls.length = 0;
  const done = await project.up(program("y", `new Thing("d", { value: "four" });`));
  expect(things.calls).toEqual(["create d", "delete b", "delete a"]);
  expect(changes(done)).toEqual(["create d", "delete-replaced b", "delete-replaced a"]);
  expect((await names()).sort()).toEqual(["a", "b", "c", "d"]);
});

test("a resource that came up only half is kept, and tried again", async () => {
  things.incomplete.add("a");
  const error = await failure(project.up(`new Thing("a", { value: "one" });`));
  expect(error.message).toContain("only half of it came up");
  expect(await names()).toEqual(["a"]);
  things.calls.length = 0;
  expect(changes(await project.up())).toEqual(["update a"]);
  expect(things.calls).toEqual(["update a"]);
  expect(changes(await project.up())).toEqual([]);
});

test("an error in the program fails the run, deletes nothing and is told once", async () => {
  await project.up(`new Thing("a", { value: "one" });`);
  const error = await failure(
    project.up(
      `new Thing("b", { value: "two", delayMs: 500 }); throw new pulumi.RunError("these settings are wrong");`,
    ),
  );
  expect(error.message).toBe("the program failed");
  expect(error.result.text.match(/these settings are wrong/g)).toHaveLength(1);
  expect(await names()).toContain("a");
  expect(leftOver()).toEqual([]);
});

test("an error that names a file below a scope folder does not hang the program", async () => {
  const frame = "at x (/nowhere/node_modules/@scope/file.ts:1:1)";
  const error = await failure(
    project.up(`
      const error = new Error("odd stack");
      error.stack = "Error: odd stack\\n    ${frame}";
      throw error;`),
  );
  expect(error.result.text).toContain("odd stack");
});

test("a program that ends early by itself is not taken for complete", async () => {
  await project.up(`new Thing("a", { value: "one" });`);
  const error = await failure(project.up(`setTimeout(() => process.exit(0), 300);`));
  expect(error.message).toBe("the program ended before it was complete");
  expect(await names()).toEqual(["a"]);
});

test("cancelling stops running operations, keeps what was done and leaves no process", async () => {
  const controller = new AbortController();
  const program = `
    const a = new Thing("a", { value: "one" });
    new Thing("slow", { value: a.out, delayMs: 60000 });`;
  const lines: string[] = [];
  const run = project.up(program, { signal: controller.signal, onLine: (line) => lines.push(line) });
  while (!things.calls.includes("create slow")) {
    await sleep(50);
  }
  controller.abort();
  const error = await failure(run);
  expect(error.message).toBe("cancelled");
  expect(lines).toContain("Cancelling: running operations are being stopped.");
  expect(await names()).toEqual(["a"]);
  expect((await project.state()).pending_operations).toEqual([]);
  expect(leftOver()).toEqual([]);
  expect(changes(await project.up(program.replace("60000", "0")))).toEqual(["create slow"]);
});

test("a killed engine leaves a readable state; its lock is taken over and the next run continues and warns", async () => {
  project.program(`
    const a = new Thing("a", { value: "one" });
    new Thing("slow", { value: a.out });`);
  const script = path.join(__dirname, "support", "slowUp.ts");
  const engine = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", script, project.dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await new Promise<void>((resolve) => {
      engine.stdout.on("data", (text: Buffer) => text.toString().includes("working on slow") && resolve());
    });
    const second = await failure(project.up());
    expect(second.message).toBe('The stack "dev" is being updated by another process: wait until that has ended.');
  } finally {
    engine.kill("SIGKILL");
  }
  const state = await project.state();
  expect(await names()).toEqual(["a"]);
  expect(state.pending_operations.map(({ type, resource }) => `${type} ${resource.urn.split("::").pop()}`)).toEqual([
    "creating slow",
  ]);

  const result = await project.up();
  expect(changes(result)).toEqual(["create slow"]);
  expect(result.text).toContain("warning: test:index:Thing slow: an earlier run was interrupted while creating");
  expect((await project.state()).pending_operations).toEqual([]);
  // The orphaned program noticed that its engine is gone.
  for (let look = 0; look < 100 && leftOver().length > 0; look += 1) {
    await sleep(100);
  }
  expect(leftOver()).toEqual([]);
});

test("a program that is busy ends with an engine that is killed", async () => {
  project.program("for (;;);");
  const script = path.join(__dirname, "support", "slowUp.ts");
  const engine = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", script, project.dir]);
  try {
    while (leftOver().length === 0) await sleep(50);
  } finally {
    engine.kill("SIGKILL");
  }
  while (leftOver().length > 0) await sleep(50);
});

test("a preview needs no lock", async () => {
  await project.up(`new Thing("a", { value: "one" });`);
  const controller = new AbortController();
  const run = project.up(`new Thing("b", { value: "1", delayMs: 60000 });`, { signal: controller.signal });
  while (!things.calls.includes("create b")) {
    await sleep(50);
  }
  expect(changes(await project.preview())).toEqual(["create b", "delete a"]);
  controller.abort();
  await failure(run);
});
