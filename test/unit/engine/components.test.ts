import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { changes, failure, TestProject } from "./support/project";
import { Things } from "./support/things";

jest.setTimeout(120_000);

/** A plugin whose component `Pair` makes two Things of a value and a secret, and gives both out again. */
const PLUGIN = `
const pulumi = require("@pulumi/pulumi");
const { main } = require("@pulumi/pulumi/provider");

class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) { super("test:index:Thing", name, { out: undefined, ...args }, opts); }
}
class Pair extends pulumi.ComponentResource {
  constructor(name, { value, login }, opts) {
    super("kit:index:Pair", name, {}, opts);
    if (value === "wrong") throw new pulumi.RunError("value: wrong is not allowed");
    const first = new Thing(name + "-first", { value, login }, { parent: this });
    this.out = new Thing(name + "-second", { value: first.out }, { parent: this }).out;
    this.login = login;
    this.region = new pulumi.Config("test").require("region");
    this.registerOutputs({ out: this.out });
  }
}
main({
  version: "1.0.0",
  construct: async (name, type, inputs, options) => {
    const { urn, out, login, region } = new Pair(name, inputs, options);
    return { urn, state: { out, login, region } };
  },
}, process.argv.slice(2));
`;

const PRELUDE = `
class Pair extends pulumi.ComponentResource {
  declare readonly out: pulumi.Output<string>;
  declare readonly login: pulumi.Output<{ password: string }>;
  declare readonly region: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.ComponentResourceOptions) {
    super("kit:index:Pair", name, { out: undefined, region: undefined, ...args }, opts, true);
  }
}
`;

let things: Things;
let project: TestProject;

beforeEach(() => {
  things = new Things();
  project = new TestProject({ test: things.provider }, { "test:region": { value: "north", secret: false } });
  mkdirSync(path.join(project.dir, "kit"));
  writeFileSync(path.join(project.dir, "kit", "package.json"), `{ "name": "kit", "main": "index.js" }`);
  writeFileSync(path.join(project.dir, "kit", "index.js"), PLUGIN);
  packages("kit: ./kit");
});

afterEach(() => project.remove());

const packages = (entry: string) =>
  writeFileSync(
    path.join(project.dir, "Pulumi.yaml"),
    `name: eng\nruntime: nodejs\nmain: index.ts\npackages:\n  ${entry}\n`,
  );

const program = (text: string) => PRELUDE + text;

const ONE = program(`
  const before = new Thing("before", { value: "one" });
  const login = { password: pulumi.secret("canary") };
  const pair = new Pair("pair", { value: before.out, login }, { dependsOn: before });
  export const out = pair.out;
  export const back = pair.login;
  export const region = pair.region;
  new Thing("after", { value: pair.out });`);

test("a component is constructed by its package's plugin, and nothing of it changes in the next update", async () => {
  const result = await project.up(ONE);
  expect(changes(result)).toEqual(
    expect.arrayContaining(["create before", "create pair", "create pair-first", "create pair-second", "create after"]),
  );
  expect(result.outputs.out).toEqual({ value: "one!!!", secret: false });
  expect(result.outputs.region).toEqual({ value: "north", secret: false });
  expect(changes(await project.up())).toEqual([]);
  const urns = (await project.state()).resources.map(({ urn }) => urn);
  expect(urns).toContain("urn:pulumi:dev::eng::kit:index:Pair$test:index:Thing::pair-first");
  expect(changes(await project.destroy())).toHaveLength(5);
});

test("a secret inside an object stays one, on the way in and out, and in what is printed", async () => {
  const result = await project.up(ONE);
  expect(result.outputs.back).toEqual({ value: { password: "canary" }, secret: true });
  expect(await project.stateText()).not.toContain("canary");
  expect(result.text).not.toContain("canary");
});

test("a preview hands on what it does not know yet", async () => {
  const result = await project.preview(ONE);
  expect(changes(result)).toEqual(expect.arrayContaining(["create pair-first", "create pair-second", "create after"]));
  expect(things.calls).toEqual([]);
});

test("options reach the component: protect, providers, aliases and what it depends on", async () => {
  await project.up(ONE);
  const renamed = ONE.replace(`"pair", {`, `"couple", {`).replace(
    "{ dependsOn: before }",
    `{ protect: true, aliases: [{ name: "pair" }], providers: [new TestProvider("special", { region: "south" })] }`,
  );
  things.calls.length = 0;
  expect(changes(await project.up(renamed))).toEqual(["create special"]);
  const first = (await project.state()).resources.find(({ urn }) => urn.endsWith("::couple-first"))!;
  expect(first).toMatchObject({ protect: true, provider: expect.stringContaining("::special::") as string });
  expect((await failure(project.destroy())).message).toContain("protected");
});

test("what the component refuses ends the update with its reason, once", async () => {
  const error = await failure(project.up(program(`new Pair("pair", { value: "wrong", login: {} });`)));
  expect(error.message).toBe("kit:index:Pair resource 'pair' has a problem: value: wrong is not allowed");
  expect(error.result.text.match(/wrong is not allowed/g)).toHaveLength(1);
});

test("a child that fails ends the update, although the plugin never answers", async () => {
  const failing = program(`new Pair("pair", { value: "fail", login: {} });`);
  things.incomplete.add("pair-first");
  const error = await failure(project.up(failing));
  expect(error.message).toContain("pair-first: only half of it came up");
});

test("a package without a plugin, and a plugin that cannot start, are named", async () => {
  packages("other: ./other");
  expect((await failure(project.up(ONE))).message).toContain("Pulumi.yaml names no folder for the package kit");
  packages("kit: ./kit");
  writeFileSync(path.join(project.dir, "kit", "index.js"), "process.exit(3);");
  const error = await failure(project.up(ONE));
  expect(error.message).toContain("kit:index:Pair resource 'pair' has a problem: its plugin ended with exit code 3");
});
