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

/** The first column's code words of the table that follows a heading. */
function tableKeys(heading: string): string[] {
  const [, after = ""] = readme.split(`\n## ${heading}\n`);
  const [section = ""] = after.split("\n## ", 1);
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, key = ""]) => key);
}

const examples = [readme, read("docs/dns.md")].flatMap((page) => blocks(page, "ts"));

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
  expect(tableKeys("Outputs")).toEqual(exported);
});

test.each(pages)("%s names only npm scripts and files that exist", (page) => {
  const text = read(page);
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const called = [...text.matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, name = ""]) => name);
  expect(called.filter((name) => !(name in scripts))).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = ""]) => target);
  const missing = links.filter((target) => !existsSync(path.join(PROJECT_ROOT, path.dirname(page), target)));
  expect(missing).toEqual([]);
});
