import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { PROJECT_ROOT } from "../../../sandbox/paths";

const read = (...path: string[]) => readFileSync(join(PROJECT_ROOT, ...path), "utf8");
const manifest = (...folder: string[]) =>
  JSON.parse(read(...folder, "package.json")) as {
    name: string;
    version: string;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };

test("the plugin has the component's version, installs just that, and with the SDK that is tested here", () => {
  const component = manifest();
  expect(manifest("plugin")).toMatchObject({
    name: "mail-relay",
    version: component.version,
    dependencies: {
      "pulumi-mail-relay": component.version,
      "@pulumi/pulumi": component.devDependencies["@pulumi/pulumi"],
    },
  });
});

test("examples in other languages take the plugin from its folder, and ask for what their program reads", () => {
  for (const [name, program] of [
    ["python", "__main__.py"],
    ["yaml", "Pulumi.yaml"],
    ["go", "main.go"],
  ] as const) {
    const project = load(read("examples", name, "Pulumi.yaml")) as { packages: object; config: object };
    expect(project.packages).toEqual({ "mail-relay": "../../plugin" });
    expect(Object.keys(project.config)).toEqual(["sshSource"]);
    expect(read("examples", name, program)).toMatch(
      /require\("sshSource"\)|Require\(ctx, "sshSource"\)|\$\{sshSource\}/,
    );
  }
});

/** Checks the properties of the example in YAML as the CLI does, by the schema. */
test("the example in YAML names only what the schema knows", () => {
  const { resources } = load(read("examples", "yaml", "Pulumi.yaml")) as {
    resources: { relay: { type: string; properties: Record<string, unknown> } };
  };
  const schema = JSON.parse(read("components", "schema.json")) as {
    resources: Record<string, { inputProperties: Record<string, unknown> }>;
    types: Record<string, { properties: Record<string, unknown> }>;
  };
  const { type, properties } = resources.relay;
  expect(Object.keys(schema.resources)).toEqual([type]);
  expect(Object.keys(schema.resources[type]!.inputProperties)).toEqual(expect.arrayContaining(Object.keys(properties)));
  const droplet = Object.keys(properties.droplet as object);
  expect(Object.keys(schema.types["mail-relay:index:Droplet"]!.properties)).toEqual(expect.arrayContaining(droplet));
});
