import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { PROJECT_ROOT } from "../sandbox/paths";

/** What `pulumi new typescript` writes into tsconfig.json. */
export const TEMPLATE_OPTIONS = {
  strict: true,
  outDir: "bin",
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};

/** Packs the component, or the package in a folder of the checkout, as `npm publish` would; the tarball's path. */
export function pack(destination: string, folder = "."): string {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const [packed] = JSON.parse(npm(args, folder)) as { filename: string }[];
  return path.join(destination, packed!.filename);
}

/** What would be in the tarball, and its size in bytes. */
export function packList(folder: string): { files: string[]; size: number } {
  const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--dry-run"], folder)) as {
    files: { path: string }[];
    size: number;
  }[];
  return { files: packed!.files.map((file) => file.path), size: packed!.size };
}

const npm = (args: string[], folder: string) =>
  execFileSync("npm", args, {
    cwd: path.join(PROJECT_ROOT, folder),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** A folder where the packed component is installed, among packages of this checkout; nothing is downloaded. */
export function installedFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "mail-relay-consumer-"));
  const modules = path.join(folder, "node_modules");
  const component = path.join(modules, "pulumi-mail-relay");
  for (const name of ["@pulumi", "@types/node"]) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(PROJECT_ROOT, "node_modules", name), path.join(modules, name));
  }
  mkdirSync(component);
  execFileSync("tar", ["-xzf", pack(folder), "-C", component, "--strip-components=1"]);
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** The compiler's complaints about modules of a user's program in a folder, under the template's settings. */
export function complaints(folder: string, modules: Record<string, string>): string[] {
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions: TEMPLATE_OPTIONS, files: [] }, ts.sys, folder);
  const sources = new Map(Object.entries(modules).map(([name, text]) => [path.join(folder, name), text]));
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => sources.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => sources.get(file) ?? ts.sys.readFile(file);
  host.getCurrentDirectory = () => folder;
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file ? path.relative(folder, file.fileName) : "options";
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
