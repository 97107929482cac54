import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { MailRelay, type MailRelayArgs } from "../../../components";
import { keptInput, pack } from "../../../components/provision/archive";
import { RecordingMocks } from "./recording";

jest.setTimeout(60_000);

const canary = "canary-Pa55word";
const token = `dop_v1_${"5ec2e7".repeat(11).slice(0, 64)}`;
/** In the forms in which files hold them; the user database is in hexadecimal. */
const secrets = [canary, Buffer.from(canary).toString("hex"), token, "PRIVATE KEY-----"];

/** A relay with a secret in every place that takes one. */
const everySecret: MailRelayArgs = {
  myHostname: "relay.example.com",
  users: [{ login: "alice", password: canary }],
  relayHost: { host: "smtp.example.net", login: "account", password: `${canary} relayHost` },
  transports: [
    { destinations: ["c.example"], relayHost: { host: "c.example", login: "c", password: `${canary} transport` } },
  ],
  dkim: { selectors: [{ selector: "one", privateKey: dkimKey() }] },
  alerts: { webhook: `https://hooks.example.net/${canary}` },
  tls: { acme: { email: "ops@example.com", digitalOceanToken: token } },
  resolver: {},
  metrics: true,
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
};

/** What each step is sent. */
let stdin: Record<string, string>;
let commands: Record<string, unknown>;
let folder: string;

beforeAll(async () => {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  new MailRelay("relay", everySecret);
  for (let tries = 0; !mocks.resources.some(({ name }) => name === "relay-listeners-firewall"); tries += 1) {
    if (tries > 1000) throw new Error("the relay's resources were not registered");
    await new Promise((next) => setTimeout(next, 5));
  }
  const steps = mocks.resources.filter(({ type }) => type === "command:remote:Command");
  const named = (name: string) => name.replace("relay-", "");
  stdin = Object.fromEntries(
    steps.map(({ name, inputs }) => [named(name), (inputs.stdin as { value: string }).value] as const),
  );
  commands = Object.fromEntries(
    steps.map(({ name, inputs }) => [named(name), inputs.create ?? inputs.delete] as const),
  );
  folder = mkdtempSync(join(tmpdir(), "steps-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Unpacks what a step is sent, without the launcher. */
function unpacked(step: string): string {
  const into = mkdtempSync(join(folder, `${step}-`));
  const archive = stdin[step]!.slice(stdin[step]!.indexOf("\n}\n") + 3);
  execFileSync("tar", ["-x", "-z", "-C", into], { input: Buffer.from(archive, "base64") });
  return into;
}

const keptOf = (step: string) =>
  readFileSync(join(unpacked(step), "input.files"), "utf8")
    .trim()
    .split("\n");

test("the command lines are short and say nothing but the step's name", () => {
  expect(commands).toEqual({
    install: "bash -s install",
    users: "bash -s users",
    apply: "bash -s apply",
    proof: "bash -s proof",
    drain: "bash -s drain",
  });
});

test.each(["users", "apply"])("the %s step leaves no file on the host that holds a secret", (step) => {
  const into = unpacked(step);
  const kept = keptOf(step);
  expect(kept).toContain(`${step}.sh`);
  for (const name of kept) {
    const text = readFileSync(join(into, name), "latin1");
    expect([name, secrets.filter((secret) => text.includes(secret))]).toEqual([name, []]);
  }
});

test("what the users and apply steps leave, and what the proof step brings, is together all of their input", () => {
  const proof = unpacked("proof");
  for (const step of ["users", "apply"]) {
    const into = unpacked(step);
    expect(readFileSync(join(proof, `input.${step}`), "utf8")).toBe(readFileSync(join(into, "input"), "utf8"));
    const all = execFileSync("find", [".", "-type", "f", "-printf", "%P\\n"], { cwd: into, encoding: "utf8" });
    const kept = keptOf(step);
    const rest = all
      .trim()
      .split("\n")
      .filter((name) => !kept.includes(name) && !/^input/.test(name));
    for (const name of rest) {
      expect([name, readFileSync(join(proof, name), "utf8")]).toEqual([name, readFileSync(join(into, name), "utf8")]);
    }
  }
  expect(existsSync(join(proof, "apply.sh"))).toBe(false);
  expect(existsSync(join(proof, "etc/main.cf"))).toBe(false);
});

test("the name of what is left changes with its content and mode, and with nothing else", () => {
  const file = (body: string, mode = 0o644) => ({ path: "etc/main.cf", body, mode });
  const secret = (body: string) => ({ path: "users", body, mode: 0o600 });
  const nameOf = (...files: ReturnType<typeof file>[]) => keptInput("users", [], files).name;
  const name = nameOf(file("a"), secret("1"));
  expect(nameOf(file("a"), secret("2"))).toBe(name);
  expect(nameOf(file("b"), secret("1"))).not.toBe(name);
  expect(nameOf(file("a", 0o755), secret("1"))).not.toBe(name);
});

test("the same files give the same archive, byte for byte, for ever", async () => {
  // Another text would be a change of every step of every stack.
  const archive = await pack([{ path: "users.sh", body: "echo one\n".repeat(100), mode: 0o644 }]);
  expect(archive).toMatchInlineSnapshot(`
    "H4sIAAAAAAACAystTi0q1ivOYKAhMDAwMDMxUQDRQIBOGxiaGZgoQNlgCQNDAzMzY6A8LR0FA6XFJYlFQKdQwZMonhsiIDU5I18hPy+Va5QxyhhlDAhjIPN/cn5uQU5qSSqty3/Mch9e/kPKfLTy39xstPwfBaNgFIwCWgIAjv0VRwAMAAA=
    "
  `);
});

describe("the launcher", () => {
  const launch = (input: string) => spawnSync("bash", ["-s", "users"], { input, encoding: "utf8" });
  let whole: string;

  beforeAll(async () => {
    const launcher = stdin.users!.slice(0, stdin.users!.indexOf("\n}\n") + 3);
    const script = { path: "users.sh", body: 'echo "ran in $(stat -c %a .)"; cat given; exit 7', mode: 0o644 };
    whole = launcher + (await pack([script, { path: "given", body: "input\n", mode: 0o600 }]));
  });

  test("runs the step in a private folder, hands on its status and leaves nothing", () => {
    const { status, stdout, stderr } = launch(whole);
    expect({ status, stdout, stderr }).toEqual({ status: 7, stdout: "ran in 700\ninput\n", stderr: "" });
    expect(execFileSync("sh", ["-c", "ls -d /run/mail-relay.* 2>/dev/null || true"], { encoding: "utf8" })).toBe("");
  });

  test("leaves nothing when it is killed, once its step has ended", async () => {
    const script = { path: "users.sh", body: "echo begun; sleep 1; cat given", mode: 0o644 };
    const launcher = whole.slice(0, whole.indexOf("\n}\n") + 3);
    const child = spawn("bash", ["-s", "users"], { stdio: ["pipe", "pipe", "ignore"] });
    const folders = () => readdirSync("/run").filter((name) => name.startsWith(`mail-relay.${child.pid}.`));
    const said = text(child.stdout);
    const begun = once(child.stdout, "data");
    child.stdin.end(launcher + (await pack([script, { path: "given", body: "to the end\n", mode: 0o600 }])));
    await begun;
    child.kill("SIGKILL");
    expect(folders()).toHaveLength(1);
    expect(await said).toBe("begun\nto the end\n");
    while (folders().length > 0) await sleep(50);
  });

  test("runs nothing of what was cut off anywhere", () => {
    for (let length = 0; length < whole.length - 1; length += 37) {
      const { stdout } = launch(whole.slice(0, length));
      expect([length, stdout]).toEqual([length, ""]);
    }
  });
});

function dkimKey(): string {
  return execFileSync("openssl", ["genrsa", "2048"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
