import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { PROJECT_ROOT } from "../../sandbox/paths";

jest.setTimeout(120_000);

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

/** The compiler's complaints about modules that lie in the repository's root, as a user's program would. */
function complaints(modules: string[]): string[] {
  const config: unknown = JSON.parse(read("tsconfig.json"));
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(config, ts.sys, PROJECT_ROOT).options,
    paths: { "pulumi-mail-relay": [path.join(PROJECT_ROOT, "components", "index.ts")] },
  };
  const sources = new Map(modules.map((text, index) => [path.join(PROJECT_ROOT, `example-${index + 1}.ts`), text]));
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => sources.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => sources.get(file) ?? ts.sys.readFile(file);
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file ? path.basename(file.fileName) : "options";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** The first column's code words of the table that follows a heading. */
function tableKeys(heading: string): string[] {
  const [, after = ""] = readme.split(`\n## ${heading}\n`);
  const [section = ""] = after.split("\n## ", 1);
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, key = ""]) => key);
}

const examples = [readme, read("docs/dns.md")].flatMap((page) => blocks(page, "ts"));

test("the examples compile against the component", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
  expect(complaints(examples)).toEqual([]);
});

test("an example with an option that does not exist would not compile", () => {
  const [wrong] = examples.map((code) => code.replace("myHostname:", "hostName:"));
  expect(complaints([wrong!]).join("\n")).toMatch(
    /^example-1\.ts: .*'hostName' does not exist in type 'MailRelayArgs'/s,
  );
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
