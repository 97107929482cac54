import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { packList } from "../installed";

jest.setTimeout(120_000);

const golden = join(PROJECT_ROOT, "test", "golden", "package.json");
const packages = { "pulumi-mail-relay": ".", "mail-relay-cli": "cli" };
const read = (file: string) => readFileSync(join(PROJECT_ROOT, file), "utf8");

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
const manifest = (folder: string) => JSON.parse(read(join(folder, "package.json"))) as Manifest;

/** The files, those that the compiler makes of one source as one. */
function condensed(files: string[]): string[] {
  const have = new Set(files);
  const whole = (name: string) => [".js", ".js.map", ".d.ts"].every((ending) => have.has(name + ending));
  const names = files.map((file) => {
    const name = file.replace(/(\.js|\.js\.map|\.d\.ts)$/, "");
    return name !== file && whole(name) ? `${name}.{js,js.map,d.ts}` : file;
  });
  return [...new Set(names)].sort();
}

let packed: Record<string, ReturnType<typeof packList>>;
beforeAll(() => {
  packed = Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, packList(folder)]));
});

/** UPDATE_GOLDEN=1 writes the lists anew, for a person to read the difference. */
test("each tarball holds these files and no other", () => {
  const lists = Object.entries(packed).map(([name, { files }]) => [name, condensed(files)]);
  const text = `${JSON.stringify(Object.fromEntries(lists), undefined, 2)}\n`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, "utf8"));
});

test("the component's tarball is at most 300 kB", () => {
  expect(packed["pulumi-mail-relay"]!.size).toBeLessThanOrEqual(300_000);
});

test("every script, unit and other file of the component is packed, and nothing that only tests need", () => {
  const { files } = packed["pulumi-mail-relay"]!;
  expect(files).toEqual(expect.arrayContaining(["package.json", "LICENSE", "dist/components/host/apply.sh"]));
  expect(files.filter((file) => /^(?!dist\/components\/|package\.json$|LICENSE$|README\.md$)/.test(file))).toEqual([]);
});

/** What the compiled sources of a package require besides Node's own modules. */
function required(name: string): string[] {
  const folder = packages[name as keyof typeof packages];
  const sources = packed[name]!.files.filter((file) => file.endsWith(".js")).map((file) => read(join(folder, file)));
  const modules = sources.flatMap((text) => [...text.matchAll(/\b(?:require|load)\("([^".][^"]*)"\)/g)]);
  const names = modules.map(([, module = ""]) =>
    module
      .split("/")
      .slice(0, module.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  return [...new Set(names)].filter((module) => !module.startsWith("node:")).sort();
}

test.each(Object.entries(packages))("%s depends on the modules it loads, and on no other", (name, folder) => {
  const { dependencies, peerDependencies = {} } = manifest(folder);
  expect(Object.keys({ ...dependencies, ...peerDependencies }).sort()).toEqual(required(name));
});

test("all packages have one version, and the stray release of @pulumi/command is kept out", () => {
  const versions = ["package.json", "cli/package.json", "sandbox/package.json", "plugin/package.json"].map(
    (file) => (JSON.parse(read(file)) as Manifest).version,
  );
  expect(new Set(versions).size).toBe(1);
  // The registry's `latest` of @pulumi/command is a stray 4.5.0 without what this component needs.
  expect(manifest(".").dependencies["@pulumi/command"]).toMatch(/^\^1\./);
});

test("the lock file names no registry's host", () => {
  expect(read("package-lock.json")).not.toMatch(/"resolved": "(?!cli"|sandbox")/);
});
