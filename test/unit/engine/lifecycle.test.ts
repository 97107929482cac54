import { changes, TestProject } from "./support/project";
import { Things } from "./support/things";

jest.setTimeout(120_000);

let things: Things;
let project: TestProject;

beforeEach(() => {
  things = new Things();
  project = new TestProject({ test: things.provider });
});

afterEach(() => project.remove());

test("create, no change, update and delete", async () => {
  const first = await project.up(`
    const a = new Thing("a", { value: "one" });
    const b = new Thing("b", { value: a.out });
    export const out = b.out;`);
  expect(changes(first)).toEqual(["create a", "create b"]);
  expect(first.outputs).toEqual({ out: { value: "one!!", secret: false } });

  things.calls.length = 0;
  const second = await project.up();
  expect(changes(second)).toEqual([]);
  expect(second.text).toContain("Resources: 2 unchanged");
  expect(things.calls).toEqual([]);

  const third = await project.up(`
    const a = new Thing("a", { value: "two" });
    export const out = a.out;`);
  expect(changes(third)).toEqual(["update a", "delete b"]);
  expect(things.calls).toEqual(["update a", "delete b"]);
  expect(third.text).toContain("~ test:index:Thing a updated [changed: value]");
  expect(third.text).toContain("~ out: one!! => two!");
  expect(await project.outputs()).toEqual({ out: { value: "two!", secret: false } });
});

test("a preview plans the same operations, knows what can be known, and touches nothing", async () => {
  const program = (value: string) => `
    const a = new Thing("a", { value: "${value}" });
    const b = new Thing("b", { value: a.out });
    a.out.apply((out) => pulumi.log.info("a.out is " + out));
    export const out = b.out;
    export const given = b.value;`;
  const first = await project.preview(program("one"));
  expect(changes(first)).toEqual(["create a", "create b"]);
  expect(first.text).toContain("Resources: + 2 to create");
  expect(first.text).toContain("+ out: [unknown]");
  expect(first.text).not.toContain("a.out is");
  expect(things.calls).toEqual([]);
  await expect(project.stateText()).rejects.toThrow("no stack named 'dev' found");

  await project.up();
  things.calls.length = 0;
  const before = await project.stateText();
  const third = await project.preview(program("two"));
  expect(changes(third)).toEqual(["update a"]);
  expect(things.calls).toEqual([]);
  expect(await project.stateText()).toBe(before);
});

test("replacement creates the new one first and deletes the old one last", async () => {
  const program = (fixed: string) => `
    const a = new Thing("a", { value: "one", fixed: "${fixed}" });
    new Thing("b", { value: a.id });`;
  await project.up(program("x"));
  things.calls.length = 0;
  const plan = await project.preview(program("y"));
  const result = await project.up();
  expect(changes(result)).toEqual(["create-replacement a", "replace a", "update b", "delete-replaced a"]);
  expect(changes(plan)).toEqual(changes(result));
  expect(things.calls).toEqual(["create a", "update b", "delete a"]);
  expect((await project.state()).resources.filter(({ urn }) => urn.endsWith("::a"))).toHaveLength(1);
});

test("deleteBeforeReplace deletes dependents that cannot live on, then the resource, then makes all anew", async () => {
  const program = (first: string, opts = "{}") => `
    const a = new Thing("a", { value: "one", first: "${first}" }, ${opts});
    new Thing("b", { value: "two", fixed: a.id });
    new Thing("c", { value: a.id });`;
  await project.up(program("x"));
  things.calls.length = 0;
  const plan = await project.preview(program("y"));
  const result = await project.up();
  expect(things.calls).toEqual(["delete b", "delete a", "create a", expect.any(String), expect.any(String)]);
  expect(things.calls.slice(3).sort()).toEqual(["create b", "update c"]);
  expect(changes(result).slice(0, 4)).toEqual([
    "delete-replaced b",
    "delete-replaced a",
    "replace a",
    "create-replacement a",
  ]);
  expect(changes(plan).sort()).toEqual(changes(result).sort());
  // The program's word counts more than the provider's.
  things.calls.length = 0;
  await project.up(program("z", "{ deleteBeforeReplace: false }"));
  expect(things.calls.indexOf("create a")).toBeLessThan(things.calls.indexOf("delete a"));
});

test("deletes go in reverse order of every kind of dependency", async () => {
  await project.up(`
    const a = new Thing("a", { value: "one" });
    const b = new Thing("b", { value: "two" }, { dependsOn: a });
    const c = new Thing("c", { value: b.out });
    const group = new Group("group");
    new Thing("d", { value: "four" }, { parent: group, dependsOn: c });`);
  things.calls.length = 0;
  const result = await project.up("");
  expect(things.calls).toEqual(["delete d", "delete c", "delete b", "delete a"]);
  const order = changes(result);
  expect(order.indexOf("delete d")).toBeLessThan(order.indexOf("delete group"));
});

test("independent resources are worked on at the same time", async () => {
  const lines: string[] = [];
  await project.up(`new Thing("a", { value: "1", delayMs: 900 }); new Thing("b", { value: "2", delayMs: 900 });`, {
    onLine: (line) => lines.push(`${things.calls.length} ${line}`),
  });
  // Both had begun before the first was done.
  expect(lines.find((line) => line.includes("created"))).toMatch(/^2 /);
});

test("destroy deletes everything in reverse order without running the program", async () => {
  await project.up(`
    const a = new Thing("a", { value: "one" });
    new Thing("b", { value: a.out });`);
  things.calls.length = 0;
  project.program(`throw new Error("must not run");`);
  const result = await project.destroy();
  expect(changes(result)).toEqual(["delete b", "delete a"]);
  expect(things.calls).toEqual(["delete b", "delete a"]);
  expect((await project.state()).resources).toEqual([]);
});

test("the provider's connections are closed when the run is over", async () => {
  await project.up(`new Thing("a", { value: "one" });`);
  expect(things.closed).toBe(1);
});
