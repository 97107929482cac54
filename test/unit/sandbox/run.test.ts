import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../sandbox/paths";

jest.setTimeout(60_000);

const RUN = join(PROJECT_ROOT, "sandbox", "run.js");
const LOCK = { packages: { "": {}, "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } } };

/** A checkout in miniature: run.js as it is, with a loader and a command line that only tell that they were reached. */
let clone: string;
let bin: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "tl-clone-"));
  bin = join(clone, "bin");
  mkdirSync(join(clone, "sandbox"));
  mkdirSync(bin);
  copyFileSync(RUN, join(clone, "sandbox", "run.js"));
  writeFileSync(join(clone, "package-lock.json"), JSON.stringify(LOCK));
  writeFileSync(
    join(clone, "sandbox", "cli.ts"),
    `console.log("cli", process.argv.slice(2).join(" ")); process.exitCode = 7;`,
  );
});
afterEach(() => rmSync(clone, { recursive: true }));

function install(packages: Record<string, unknown> = LOCK.packages) {
  const modules = join(clone, "node_modules");
  mkdirSync(join(modules, "ts-node"), { recursive: true });
  writeFileSync(
    join(modules, "ts-node", "index.js"),
    `exports.register = () => { require.extensions[".ts"] = require.extensions[".js"]; };`,
  );
  writeFileSync(join(modules, ".package-lock.json"), JSON.stringify({ packages }));
}

/** An npm that writes down how it was called, and leaves installed what is in prepared/. */
function fakeNpm(script: string) {
  writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$@" >> "${clone}/npm.log"\n${script}\n`);
  chmodSync(join(bin, "npm"), 0o755);
}

const run = (...args: string[]) => {
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["sandbox/run.js", ...args], {
    cwd: clone,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

test("hands over arguments and exit code when everything is installed", () => {
  install();
  fakeNpm("exit 1");
  expect(run("up", "--name", "x")).toEqual({ status: 7, stdout: "cli up --name x\n", stderr: "" });
});

test("installs first on a fresh clone, and keeps standard output for the command", () => {
  install();
  fakeNpm(`echo noise; mv "${clone}/prepared" "${clone}/node_modules"`);
  spawnSync("mv", ["node_modules", "prepared"], { cwd: clone });
  const { status, stdout, stderr } = run("up");
  expect({ status, stdout }).toEqual({ status: 7, stdout: "cli up\n" });
  expect(stderr).toBe("Installing the npm packages named in package-lock.json ...\n");
  expect(readFileSync(join(clone, "npm.log"), "utf8")).toBe("ci --ignore-scripts --no-audit --no-fund\n");
});

test("a failed installation shows npm's own output and goes no further", () => {
  fakeNpm("echo the registry is away >&2; exit 4");
  const { status, stdout, stderr } = run("up");
  expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
  expect(stderr).toContain("the registry is away");
  expect(stderr).toContain("npm ci failed with exit code 4");
});

test("says what is wrong when there is no npm", () => {
  const { stderr, status } = spawnSync(process.execPath, ["sandbox/run.js"], {
    cwd: clone,
    env: { PATH: bin },
    encoding: "utf8",
  });
  expect(status).toBe(3);
  expect(stderr).toContain("npm ci could not be started (spawn npm ENOENT)");
});

test("says so when the checkout is incomplete", () => {
  rmSync(join(clone, "package-lock.json"));
  const { stderr, status } = run("up");
  expect(status).toBe(3);
  expect(stderr).toContain("package-lock.json is missing");
});

describe("isInstalled", () => {
  const { isInstalled } = jest.requireActual<{ isInstalled: (wanted: unknown, installed: unknown) => boolean }>(RUN);
  const a = { version: "1.0.0", integrity: "sha512-a" };
  const wanted = {
    "": { name: "project" },
    "node_modules/a": a,
    "node_modules/other-system": { ...a, optional: true },
  };

  test.each([
    { name: "the same packages", installed: { "node_modules/a": a }, expected: true },
    {
      name: "an optional package as well",
      installed: { "node_modules/a": a, "node_modules/other-system": a },
      expected: true,
    },
    { name: "nothing, or half an installation", installed: undefined, expected: false },
    { name: "a package less", installed: {}, expected: false },
    { name: "a package more", installed: { "node_modules/a": a, "node_modules/b": a }, expected: false },
    { name: "another version", installed: { "node_modules/a": { ...a, version: "1.0.1" } }, expected: false },
    { name: "other content", installed: { "node_modules/a": { ...a, integrity: "sha512-b" } }, expected: false },
  ])("$name: $expected", ({ installed, expected }) => {
    expect(isInstalled(wanted, installed)).toBe(expected);
  });
});

test("an old Node is told before anything else is tried", () => {
  const old = `Object.defineProperty(process.versions, "node", { value: "18.20.0" });`;
  writeFileSync(join(clone, "old.js"), old);
  const { stderr, status } = spawnSync(process.execPath, ["-r", "./old.js", "sandbox/run.js"], {
    cwd: clone,
    encoding: "utf8",
  });
  expect(status).toBe(3);
  expect(stderr).toContain("This needs Node.js 20 or newer");
});
