import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { complaints, installedFolder } from "../installed";

jest.setTimeout(600_000);

const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, file), "utf8");
const readme = read("README.md");
const pages = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(path.join(PROJECT_ROOT, "docs")).map((page) => `docs/${page}`),
];

/** The fenced code of one language, in the page's order. */
function blocks(markdown: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms");
  return [...markdown.matchAll(fence)].map(([, code = ""]) => code);
}

/** The code words of the tables of a page: for each first column those of the second. */
const tableRows = (markdown: string) =>
  [...markdown.matchAll(/^\| `(\w+)` *\|([^|]*)\|/gm)].map(([, key = "", cell = ""]) => ({
    key,
    words: [...cell.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word),
  }));

/** The anchors of a page's headings, as GitHub makes them. */
const anchors = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

/** That of docs/testing.md needs a test runner; renderRelay.test.ts runs it. */
const examples = pages.filter((page) => page !== "docs/testing.md").flatMap((page) => blocks(read(page), "ts"));

test("examples and templates compile against the packed component, in a project as pulumi new typescript makes it", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
  const programs = ["examples", "templates"]
    .flatMap((folder) =>
      readdirSync(path.join(PROJECT_ROOT, folder)).map((name) => path.join(folder, name, "index.ts")),
    )
    .filter((file) => existsSync(path.join(PROJECT_ROOT, file)));
  expect(programs.length).toBeGreaterThanOrEqual(6);
  const modules = [
    ...examples.map((code, index) => [`example-${index + 1}.ts`, code]),
    ...programs.map((file) => [file.replaceAll("/", "-"), read(file)]),
    ["wrong.ts", examples[0]!.replace("myHostname:", "hostName:")],
  ];
  const installed = installedFolder();
  try {
    expect(complaints(installed.folder, Object.fromEntries(modules) as Record<string, string>)).toEqual([
      expect.stringMatching(/^wrong\.ts: .*'hostName' does not exist in type 'MailRelayArgs'/s),
    ]);
  } finally {
    installed.remove();
  }
});

test("the table of outputs names what the program exports", () => {
  const exported = [...read("index.ts").matchAll(/^export const (\w+)/gm)].map(([, name = ""]) => name);
  expect(tableRows(read("docs/outputs.md")).map(({ key }) => key)).toEqual(exported);
});

interface Property {
  $ref?: string;
  items?: Property;
}
interface Schema {
  types: Record<string, { properties?: Record<string, Property> }>;
  resources: Record<string, { inputProperties: Record<string, Property> }>;
}

test("the tables of arguments name all arguments and their keys", () => {
  const { types, resources } = JSON.parse(read("components/schema.json")) as Schema;
  const [{ inputProperties } = { inputProperties: {} }] = Object.values(resources);
  const keysOf = ({ $ref, items }: Property): string[] =>
    items ? keysOf(items) : Object.keys(types[$ref?.replace("#/types/", "") ?? ""]?.properties ?? {});
  const sorted = (rows: { key: string; words: string[] }[]) =>
    rows.map(({ key, words }) => `${key}: ${words.sort().join(" ")}`).sort();
  const wanted = Object.entries(inputProperties).map(([key, property]) => ({ key, words: keysOf(property) }));
  expect(wanted.length).toBeGreaterThan(30);
  expect(sorted(tableRows(read("docs/configuration.md")))).toEqual(sorted(wanted));
});

test("the README is short", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(180);
});

test.each(pages)("%s names only npm scripts and files that exist", (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const called = [...text.matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, name = ""]) => name);
  expect(called.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  const missing = links.flatMap(([link, file = "", anchor]) => {
    const target = file === "" ? page : path.join(path.dirname(page), file);
    if (!existsSync(path.join(PROJECT_ROOT, target))) return [link];
    return anchor === undefined || anchors(read(target)).includes(anchor) ? [] : [link];
  });
  expect(missing).toEqual([]);
});
