import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../sandbox/paths";

jest.setTimeout(60_000);

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tl-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** The command line as npm's scripts call it, with a home in which there is no sandbox. */
function sandbox(...args: string[]) {
  const env = { ...process.env, SANDBOX_HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["sandbox/run.js", ...args], {
    cwd: PROJECT_ROOT,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("help names every command and is no failure", () => {
  const { status, stdout } = sandbox("--help");
  expect(status).toBe(0);
  for (const command of ["up", "down", "outputs", "send", "test", "bench"]) {
    expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  }
});

test.each([
  { args: ["uup"], told: "unknown command 'uup'" },
  { args: ["up", "--release", "sarge"], told: "Allowed choices are bookworm, bullseye, trixie" },
  { args: ["up", "--name", "../etc"], told: "A name is up to 20 lower-case letters" },
  { args: ["down", "--name", "t12-mine"], told: "taken by tests" },
  {
    args: ["test", "units"],
    told: "Allowed choices are types, lint, format, shellcheck, ruff, mypy, pytest, unit, scenario, faults, siege",
  },
])("wrong usage is exit code 2: $args", ({ args, told }) => {
  const { status, stdout, stderr } = sandbox(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(told);
});

test.each([["outputs"], ["outputs", "--json"], ["send"]])("%s without a sandbox says how to start one", (...args) => {
  const { status, stdout, stderr } = sandbox(...args, "--name", "nothing");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe('no sandbox "nothing" is running; start it with: npm run up -- --name nothing\n');
});

test("down without a sandbox has nothing to do, which is no failure", () => {
  expect(sandbox("down")).toEqual({ status: 0, stdout: "There was no such sandbox.\n", stderr: "" });
});

test("a reader that leaves early is no failure; a full disk is one", () => {
  const to = (reader: string) => {
    const script = `node sandbox/run.js up --help ${reader}; echo "\${PIPESTATUS[0]}"`;
    return spawnSync("bash", ["-c", script], { cwd: PROJECT_ROOT, encoding: "utf8" });
  };
  // Nobody reads from the start, however little the command has to say.
  expect(to("| sleep 0")).toMatchObject({ stdout: "0\n", stderr: "" });
  expect(to(">/dev/full")).toMatchObject({ stdout: expect.stringMatching(/^[1-9]/) as string });
});
