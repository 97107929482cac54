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

test("ignoreChanges keeps an input as it was", async () => {
  const program = (value: string, kept: string) =>
    `new Thing("a", { value: "${value}", fixed: "${kept}", tree: { left: "${kept}", right: "r" } },
       { ignoreChanges: ["fixed", "tree.left"] });`;
  await project.up(program("one", "x"));
  expect(changes(await project.up(program("one", "y")))).toEqual([]);
  expect(changes(await project.up(program("two", "y")))).toEqual(["update a"]);
  const { inputs } = (await project.state()).resources.find(({ urn }) => urn.endsWith("::a"))!;
  expect(inputs).toEqual({ value: "two", fixed: "x", tree: { left: "x", right: "r" } });
});

test("replaceOnChanges replaces for elements that change, not for a list that appears", async () => {
  const program = (list: string) =>
    `new Thing("a", { value: "one", list: ${list} }, { replaceOnChanges: ["list[*]"] });`;
  await project.up(program("undefined"));
  expect(changes(await project.up(program(`["x"]`)))).toEqual(["update a"]);
  expect(changes(await project.up(program(`["y"]`)))).toEqual([
    "create-replacement a",
    "replace a",
    "delete-replaced a",
  ]);
});

test("replacementTrigger and replaceWith replace what has not changed itself", async () => {
  const program = (trigger: string, fixed: string) => `
    const a = new Thing("a", { value: "one", fixed: "${fixed}" });
    new Thing("b", { value: "two" }, { replaceWith: [a] });
    new Thing("c", { value: "three" }, { replacementTrigger: "${trigger}" });`;
  await project.up(program("1", "x"));
  expect(changes(await project.up(program("2", "x")))).toEqual([
    "create-replacement c",
    "replace c",
    "delete-replaced c",
  ]);
  const both = changes(await project.up(program("2", "y")));
  expect(both).toEqual(expect.arrayContaining(["create-replacement a", "create-replacement b"]));
  expect(both).not.toContain("create-replacement c");
});

test("a protected resource is neither deleted nor replaced", async () => {
  const program = (fixed: string) => `new Thing("a", { value: "one", fixed: "${fixed}" }, { protect: true });`;
  await project.up(program("x"));
  // One after the other: a second run of a stack is refused while the first holds its lock.
  for (const run of [() => project.up(""), () => project.up(program("y")), () => project.destroy()]) {
    expect((await failure(run())).message).toMatch(/cannot be (deleted|replaced) because it is protected/);
  }
  expect(things.calls).toEqual(["create a"]);
  expect((await project.state()).resources).toHaveLength(2);
});

test("children inherit protection", async () => {
  await project.up(`
    const group = new Group("group", {}, { protect: true });
    new Thing("a", { value: "one" }, { parent: group });`);
  expect((await failure(project.up(""))).message).toContain("protected");
});

test("retainOnDelete and deletedWith leave the provider alone", async () => {
  await project.up(`
    const a = new Thing("a", { value: "one" });
    new Thing("b", { value: "two" }, { retainOnDelete: true });
    new Thing("c", { value: a.out }, { deletedWith: a });
    new Thing("d", { value: "four" }, { deletedWith: a });`);
  things.calls.length = 0;
  // a stays, so d must be deleted by the provider.
  await project.up(`
    const a = new Thing("a", { value: "one" });
    new Thing("c", { value: a.out }, { deletedWith: a });`);
  expect(things.calls).toEqual(["delete d"]);
  things.calls.length = 0;
  const result = await project.up("");
  expect(changes(result)).toEqual(["delete c", "delete a"]);
  expect(things.calls).toEqual(["delete a"]);
});

test("deletedWith counts as well when the other resource is only replaced", async () => {
  const program = (fixed: string) => `
    const a = new Thing("a", { value: "one", fixed: "${fixed}" });
    new Thing("b", { value: "two", fixed: a.id }, { deletedWith: a });`;
  await project.up(program("x"));
  things.calls.length = 0;
  await project.up(program("y"));
  expect(things.calls).toEqual(["create a", "create b", "delete a"]);
});

test("aliases find a resource under its old name, type and parent, and its children with it", async () => {
  await project.up(`
    class Old extends pulumi.ComponentResource {
      constructor(name: string) { super("test:index:Old", name); }
    }
    const old = new Old("old");
    const child = new Thing("old-child", { value: "one" }, { parent: old });
    const a = new Thing("a", { value: child.out });
    new Thing("b", { value: "two" }, { dependsOn: a });`);
  things.calls.length = 0;
  const result = await project.up(`
    const group = new Group("new", {}, { aliases: [{ name: "old", type: "test:index:Old" }] });
    const child = new Thing("new-child", { value: "one" }, { parent: group });
    const a = new Thing("a2", { value: child.out }, { parent: group, aliases: [{ name: "a", parent: undefined }, { name: "a", parent: pulumi.rootStackResource }] });
    new Thing("b", { value: "two" }, { dependsOn: a });`);
  expect(changes(result)).toEqual([]);
  expect(things.calls).toEqual([]);
  expect(await project.stateText()).not.toContain("::old");
});

test("an alias that is not registered again is deleted under its old name", async () => {
  await project.up(`
    const a = new Thing("a", { value: "one" });
    new Thing("b", { value: a.out });`);
  things.calls.length = 0;
  const result = await project.up(`new Thing("a2", { value: "one" }, { aliases: [{ name: "a" }] });`);
  expect(changes(result)).toEqual(["delete b"]);
});

test("read gives a resource the stack does not own; it is dropped without being deleted", async () => {
  const result = await project.up(`
    const a = new Thing("a", {}, { id: "existing" });
    export const out = a.out;`);
  expect(changes(result)).toEqual(["read a"]);
  expect(result.outputs.out).toEqual({ value: "read existing!", secret: false });
  things.calls.length = 0;
  expect(changes(await project.up(""))).toEqual(["read-discard a"]);
  expect(things.calls).toEqual([]);
  const error = await failure(project.up(`new Thing("a", {}, { id: "gone" });`));
  expect(error.message).toContain("resource 'gone' does not exist");
});

test("a resource can be looked up by its URN", async () => {
  const result = await project.up(`
    const a = new Thing("a", { value: "one" });
    export const out = a.urn.apply((urn) => new Thing("a", {}, { urn }).out);`);
  expect(result.outputs.out).toEqual({ value: "one!", secret: false });
});

test("explicit providers have their own configuration, children inherit them, and they go last", async () => {
  project.spec.config["test:region"] = { value: "from-stack", secret: false };
  const result = await project.up(`
    const special = new TestProvider("special", { region: "from-program" });
    const group = new Group("group", {}, { providers: [special] });
    new Thing("a", { value: "one" }, { parent: group });
    new Thing("b", { value: "two" });`);
  expect(changes(result).sort()).toEqual(["create a", "create b", "create group", "create special"]);
  expect(things.configs).toEqual(expect.arrayContaining([{ region: "from-program" }, { region: "from-stack" }]));
  things.configs.length = 0;
  const gone = changes(await project.up(`new Thing("b", { value: "two" });`));
  expect(gone.indexOf("delete a")).toBeLessThan(gone.indexOf("delete special"));
  expect(things.configs).toContainEqual({ region: "from-program" });
});

test("components: changed inputs are an update, outputs are kept", async () => {
  const program = (size: number) => `
    const group = new Group("group", { size: ${size} });
    (group as any).registerOutputs({ doubled: ${size} * 2 });`;
  await project.up(program(1));
  expect(changes(await project.up(program(1)))).toEqual([]);
  expect(changes(await project.up(program(2)))).toEqual(["update group"]);
  const group = (await project.state()).resources.find(({ urn }) => urn.endsWith("::group"))!;
  expect(group).toMatchObject({ inputs: { size: 2 }, outputs: { doubled: 4 } });
});

test("names must be unique, and types known", async () => {
  const twice = await failure(project.up(`new Thing("a", { value: "1" }); new Thing("a", { value: "1" });`));
  expect(twice.message).toContain("Duplicate resource URN");
  const unknown = await failure(project.up(`new pulumi.CustomResource("nowhere:index:Thing", "a", {});`));
  expect(unknown.message).toContain("has no provider for nowhere:");
});

test("custom timeouts are accepted", async () => {
  const result = await project.up(`new Thing("a", { value: "1" }, { customTimeouts: { create: "5m" } });`);
  expect(changes(result)).toEqual(["create a"]);
});
