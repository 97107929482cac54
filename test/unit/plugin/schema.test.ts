import * as fs from "node:fs";
import * as path from "node:path";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import { eachProperty, SECRETS } from "../../../plugin/schema/refine";
import { schemaText } from "../../../plugin/schema/schema";

const root = path.join(__dirname, "..", "..", "..");
const file = fs.readFileSync(path.join(root, "components", "schema.json"), "utf8");
const schema = JSON.parse(file) as PackageSpec;

test("components/schema.json is what `npm run schema` makes of the sources", () => {
  expect(schemaText(root)).toBe(file);
}, 120_000);

test("every type and property has a description", () => {
  const bare = Object.entries({ ...schema.resources, ...schema.types })
    .filter(([, { description }]) => !description)
    .map(([token]) => token);
  eachProperty(schema, (name, { description }) => {
    if (!description) bare.push(name);
  });
  expect(bare).toEqual([]);
});

test("exactly what its description calls secret is marked secret", () => {
  const marked: string[] = [];
  const described: string[] = [];
  eachProperty(schema, (name, property) => {
    if ("secret" in property) marked.push(name);
    if (/\bSecret\b|, secret[:.]/.test(property.description ?? "")) described.push(name);
  });
  expect(marked.sort()).toEqual([...SECRETS].sort());
  expect(marked.sort()).toEqual(described.sort());
});

test("no name stutters in a generated SDK, and none differs from another by capitals alone", () => {
  const tokens = [...Object.keys(schema.resources), ...Object.keys(schema.types)];
  const names = tokens.map((token) => token.split(":")[2] ?? "");
  expect(schema.name).toBe("mail-relay");
  expect(tokens.filter((token) => !token.startsWith("mail-relay:index:"))).toEqual([]);
  expect(names.filter((name) => /(Args|Input|Output)$/.test(name))).toEqual([]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
});

test("every reference leads to a type", () => {
  const references = [...file.matchAll(/"\$ref": "#\/types\/([^"]+)"/g)].map(([, token]) => token ?? "");
  expect(references.length).toBeGreaterThan(40);
  expect(references.filter((token) => schema.types[token] === undefined)).toEqual([]);
});
