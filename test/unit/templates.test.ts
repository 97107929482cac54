import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { TEMPLATE_OPTIONS } from "../installed";

const languages = { typescript: "index.ts", python: "__main__.py", yaml: "Pulumi.yaml" };
const names = Object.keys(languages) as (keyof typeof languages)[];
const read = (...path: string[]) => readFileSync(join(PROJECT_ROOT, "templates", ...path), "utf8");

interface Project {
  name: string;
  template: { config: Record<string, { description: string; secret?: boolean }> };
  config?: Record<string, { secret?: boolean }>;
  resources?: Record<string, { type: string; properties: object }>;
  outputs?: object;
}
const project = (name: string) => load(read(name, "Pulumi.yaml")) as Project;

interface ObjectSchema {
  properties: Record<string, { $ref?: string; items?: { $ref?: string } }>;
}
const schema = JSON.parse(readFileSync(join(PROJECT_ROOT, "components", "schema.json"), "utf8")) as {
  types: Record<string, ObjectSchema>;
  resources: Record<string, ObjectSchema & { inputProperties: ObjectSchema["properties"] }>;
};

/** The properties that the schema does not know, by path. */
function unknown(value: unknown, properties: ObjectSchema["properties"], path = ""): string[] {
  return Object.entries(value as object).flatMap(([key, inner]: [string, unknown]) => {
    const known = properties[key];
    if (known === undefined) return [`${path}${key}`];
    const type = (known.$ref ?? known.items?.$ref)?.replace("#/types/", "");
    if (type === undefined) return [];
    const inners = Array.isArray(inner) ? inner : [inner];
    return inners.flatMap((each) => unknown(each, schema.types[type]!.properties, `${path}${key}.`));
  });
}

test("every template is tried here", () => {
  const folders = readdirSync(join(PROJECT_ROOT, "templates"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(folders.map(({ name }) => name).sort()).toEqual([...names].sort());
});

test.each(names)("%s: pulumi new fills in the name, and asks for exactly what the program reads", (name) => {
  const { name: projectName, template } = project(name);
  expect(projectName).toBe("${PROJECT}");
  const { "digitalocean:token": token, ...asked } = template.config;
  expect(token).toMatchObject({ secret: true });
  const program = read(name, languages[name]);
  const called = [...program.matchAll(/(?:require\w*|require_secret)\("(\w+)"\)/g)].map(([, key]) => key);
  const substituted = [...program.matchAll(/^ +(?:- |\w+: )\$\{(\w+)\}$/gm)].map(([, key]) => key);
  expect([...called, ...substituted].sort()).toEqual(Object.keys(asked).sort());
  const secrets = Object.keys(asked).filter((key) => asked[key]!.secret);
  expect(secrets).toEqual(["smartHostPassword"]);
});

test("the TypeScript template has the settings under which it is compiled with README's examples", () => {
  const { compilerOptions } = JSON.parse(read("typescript", "tsconfig.json")) as { compilerOptions: object };
  expect(TEMPLATE_OPTIONS).toMatchObject(compilerOptions);
});

test("the YAML template knows the component's schema", () => {
  const { resources, outputs, config, template } = project("yaml");
  const { type, properties } = resources!.relay!;
  const [token, relay] = Object.entries(schema.resources)[0]!;
  expect(type.split(":")).toEqual(token.split(":").filter((part) => part !== "index"));
  expect(unknown(properties, relay.inputProperties)).toEqual([]);
  const referred = Object.values(outputs!).map((text) => /^\$\{relay\.(\w+)\}$/.exec(text as string)?.[1]);
  expect(referred.filter((name) => name === undefined || !(name in relay.properties))).toEqual([]);
  expect(config!.smartHostPassword).toMatchObject({ secret: true });
  expect(["digitalocean:token", ...Object.keys(config!)].sort()).toEqual(Object.keys(template.config).sort());
});

test("the Python template gives the same arguments as the YAML one", () => {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const keys = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.flatMap(keys)
      : typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [snake(key), ...keys(inner)])
        : [];
  const [, call = ""] = /MailRelay\(\n(.*?)^\)$/ms.exec(read("python", "__main__.py")) ?? [];
  const given = [...call.matchAll(/"(\w+)": |^ {4}(\w+)=/gm)].map(([, inner, outer]) => inner ?? outer!);
  expect(given.sort()).toEqual(keys(project("yaml").resources!.relay!.properties).sort());
});
