import { readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import { createEngine, EngineError, type ConfigValue, type Engine, type StackSpec } from "../../../sandbox/engine";
import { Crypter } from "../../../sandbox/engine/embedded/crypto";
import { StandIn } from "./support/standIn";

jest.setTimeout(120_000);

const passphrase = "correct horse";
const config: Record<string, ConfigValue> = {
  "digitalocean:token": { value: "1234567", secret: true },
  "eng:myHostname": { value: "relay.example.com", secret: false },
  "eng:myNetworks": { value: '["192.0.2.0/28"]', secret: false },
  "eng:users": { value: '[{"login":"alice","password":"canary-1"},{"login":"printer"}]', secret: true },
  "eng:other": { value: '{"token":"canary-2"}', secret: true },
  "eng:driftCheck": { value: "true", secret: false },
  "eng:logDays": { value: "30", secret: false },
  "eng:note": { value: "[not JSON]", secret: false },
};

let cli: StandIn;
let engine: Engine;
const environment = { ...process.env };

beforeEach(async () => {
  cli = new StandIn();
  engine = await createEngine("auto");
});

afterEach(() => {
  cli.remove();
  process.env = { ...environment };
});

const stack = (name: string): StackSpec => ({
  workDir: cli.project(),
  stack: "sandbox",
  config,
  stateDir: path.join(cli.dir, name),
  passphrase,
});

interface Settings {
  encryptionsalt: string;
  config: Record<string, unknown>;
}

/** Matches a text that is the ciphertext of another. */
const decryptsTo = (crypter: Crypter, text: string) => ({
  asymmetricMatch: (stored: unknown) => typeof stored === "string" && crypter.decrypt(stored) === text,
});

const settingsOf = (text: string) => load(text) as Settings;

async function failure(run: Promise<unknown>): Promise<EngineError> {
  const error = await run.then(
    () => new Error("the run succeeded"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineError)) throw error;
  return error;
}

test("auto is the CLI where there is one", () => {
  expect(engine.kind).toBe("pulumi");
});

test("the configuration is stored as the CLI stores it: structures, with secrets encrypted where they stand", async () => {
  await engine.up(stack("one"));
  const [up] = cli.calls("up");
  expect(up!.settings).not.toContain("canary");
  const { encryptionsalt, config: stored } = settingsOf(up!.settings);
  const crypter = await Crypter.open(passphrase, encryptionsalt);
  const secret = (value: string) => ({ secure: decryptsTo(crypter, value) });
  expect(stored).toEqual({
    "digitalocean:token": secret("1234567"),
    "eng:myHostname": "relay.example.com",
    "eng:myNetworks": ["192.0.2.0/28"],
    "eng:users": [{ login: "alice", password: secret("canary-1") }, { login: "printer" }],
    "eng:other": secret('{"token":"canary-2"}'),
    "eng:driftCheck": true,
    "eng:logDays": 30,
    "eng:note": "[not JSON]",
  });
});

test("no secret is on a command line or in the environment, but for the passphrase", async () => {
  await engine.up(stack("one"));
  for (const { args, env } of cli.calls("")) {
    expect(JSON.stringify([args, env])).not.toMatch(/canary|1234567/);
  }
  expect(cli.calls("up")[0]!.env).toMatchObject({
    PULUMI_BACKEND_URL: `file://${path.join(cli.dir, "one")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
  });
});

test("each stack has a folder of its own, from where the program is reached, and the checkout stays as it is", async () => {
  const [one, other] = [stack("one"), stack("other")];
  await engine.up(one);
  await engine.up({ ...other, config: {} });
  cli.plan({ preview: { events: [{ summaryEvent: { resourceChanges: {} } }] } });
  await engine.preview(one);
  const folders = [...cli.calls("up"), ...cli.calls("preview")].map(({ cwd }) => cwd);
  expect(folders[0]).not.toBe(folders[1]);
  expect(folders[2]).toBe(folders[0]);
  expect(readdirSync(one.workDir).sort()).toEqual(["Pulumi.yaml", "index.ts"]);
  const { main } = load(cli.calls("up")[0]!.project) as { main: string };
  // The CLI refuses a program outside of its project's folder by the look of the path.
  expect(path.posix.normalize(main)).toBe("program/index.ts");
  expect(realpathSync(path.join(folders[0]!, main))).toBe(realpathSync(path.join(one.workDir, "index.ts")));
  expect(settingsOf(cli.calls("preview")[0]!.settings).config).toHaveProperty("eng:users");
});

test("a stack keeps its salt", async () => {
  await engine.up(stack("one"));
  await engine.up(stack("one"));
  const salts = cli.calls("up").map(({ settings }) => settingsOf(settings).encryptionsalt);
  expect(salts).toEqual([salts[0], salts[0]]);
  await engine.up(stack("other"));
  expect(settingsOf(cli.calls("up")[2]!.settings).encryptionsalt).not.toBe(salts[0]);
});

const diagnostic = {
  diagnosticEvent: { severity: "error", message: "the droplet limit is reached\n", color: "never" },
};

test.each([
  [
    "before the first event",
    { up: { stderr: "error: configuration key 'x' must be an array\n", code: 255 } },
    /must be an array$/,
  ],
  [
    "in the middle",
    {
      up: {
        stdout: "error: the droplet limit is reached\n",
        stderr: "error: update failed\n",
        events: [diagnostic],
        code: 255,
      },
    },
    /^the droplet limit is reached$/,
  ],
  [
    "before the stack is there",
    { "stack select": { stderr: "error: no such backend\n", code: 255 } },
    /^no such backend$/,
  ],
  ["at its start", { version: { stdout: "v1.0.0\n" } }, /Major version mismatch|Minimum version requirement failed/],
])("an error %s is shown, once", async (_, plan, expected) => {
  cli.plan(plan);
  const lines: string[] = [];
  const { message, result } = await failure(engine.up(stack("one"), { onLine: (line) => lines.push(line) }));
  expect(message).toMatch(expected);
  expect(lines.filter((line) => line.includes(message))).toHaveLength(1);
  expect(result.text).toBe(lines.map((line) => `${line}\n`).join(""));
});

test("what the CLI says on standard error is shown when it says it", async () => {
  cli.plan({ up: { stderr: "warning: a new version is available\nand half a line", stdout: "done\n" } });
  const lines: string[] = [];
  const { text } = await engine.up(stack("one"), { onLine: (line) => lines.push(line) });
  expect(lines.sort()).toEqual(["and half a line", "done", "warning: a new version is available"]);
  expect(text.split("\n").sort().filter(Boolean)).toEqual(lines);
});

test("the state lies where the CLI keeps it", async () => {
  await engine.up(stack("one"));
  await expect(engine.exportState(stack("one"))).rejects.toThrow("no stack named 'sandbox' found");
  expect(readFileSync(path.join(cli.project(), "Pulumi.yaml"), "utf8")).toContain("main: index.ts");
});
