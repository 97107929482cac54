import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult, StackSpec } from "../../sandbox/engine";
import { statePath } from "../../sandbox/engine/embedded/stateFile";
import type { Lab } from "../../sandbox/lab";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { pack } from "../installed";
import { Hunt, type Canaries } from "./hunt";
import { changes, eventually, failureOf, onlyDroplet, patience, submit, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

/** The SDK that the plugin is tested with, in both languages. */
const SDK = "3.248.0";

const canaries: Canaries = { alice: `Canary-${randomBytes(12).toString("hex")}` };
/** All that was printed, errors included. */
let said = "";

let folder: string;
let lab: Lab;
let stack: StackSpec;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mail-relay-python-"));
  installPlugin();
  execFileSync("/usr/bin/python3", ["-m", "venv", join(folder, "venv")]);
  const pip = ["install", "--quiet", "--disable-pip-version-check", `pulumi==${SDK}`];
  execFileSync(join(folder, "venv", "bin", "pip"), pip, { stdio: "pipe" });
  // Programs in Python run on the embedded engine, which needs no SDK that the CLI has generated.
  lab = await testLab("python", { engine: "embedded" });
  stack = stackOf("program", join(PROJECT_ROOT, "test", "scenario", "python"));
  writeFileSync(join(stack.workDir, "Pulumi.yaml"), projectFile("program"));
});

afterAll(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The plugin's folder as `pulumi package add` makes it, but with the component from its tarball instead of npm. */
function installPlugin(): void {
  const plugin = join(folder, "plugin");
  mkdirSync(plugin);
  for (const file of ["PulumiPlugin.yaml", "package.json", "index.js"]) {
    cpSync(join(PROJECT_ROOT, "plugin", file), join(plugin, file));
  }
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--no-save"];
  execFileSync("npm", ["install", ...options, pack(folder)], { cwd: plugin, stdio: "pipe" });
}

const projectFile = (name: string) => `name: ${name}
runtime: { name: python, options: { virtualenv: ../venv } }
packages: { mail-relay: ../plugin }
`;

/** A copy of a project in Python, with the generated SDK's stand-in, as a stack of its own. */
function stackOf(name: string, source: string): StackSpec {
  const workDir = join(folder, name);
  cpSync(source, workDir, { recursive: true });
  cpSync(join(PROJECT_ROOT, "components", "schema.json"), join(workDir, "schema.json"));
  cpSync(
    join(PROJECT_ROOT, "test", "scenario", "python", "pulumi_mail_relay.py"),
    join(workDir, "pulumi_mail_relay.py"),
  );
  const { "digitalocean:token": token, "digitalocean:apiEndpoint": api } = lab.stack.config;
  const config = {
    "digitalocean:token": token!,
    "digitalocean:apiEndpoint": api!,
    [`${name}:sshSource`]: { value: `${lab.cloud.gateway}/32`, secret: false },
    [`${name}:trusted`]: { value: lab.cloud.trustedClient, secret: false },
    [`${name}:password`]: { value: canaries.alice!, secret: true },
  };
  return { ...lab.stack, workDir, stateDir: join(folder, `${name}-state`), config };
}

async function recorded(run: Promise<RunResult>): Promise<RunResult> {
  const result = await run;
  said += result.text;
  return result;
}

const outputs = () => lab.engine.outputs(stack);

test("a preview shows the relay's resources, although a password is not known yet", async () => {
  const result = await recorded(lab.engine.preview(stack));
  expect(changes(result)).toEqual(
    expect.arrayContaining(["create relay", "create relay-droplet", "create relay-password-app", "create relay-proof"]),
  );
});

test("an up constructs a relay that takes mail by the given, the random and the generated password", async () => {
  await recorded(lab.engine.up(stack));
  const { address, logins } = await outputs();
  const passwords = logins!.value as Record<string, string>;
  expect(Object.keys(passwords).sort()).toEqual(["alice", "app", "printer"]);
  expect(passwords.alice).toBe(canaries.alice);
  canaries.printer = passwords.printer!;
  canaries.app = passwords.app!;
  for (const [login, password] of Object.entries(passwords)) {
    await submit(lab, login, password, `from ${login}`, { address: address!.value as string });
    await untilDelivered(lab, `from ${login}`);
  }
});

test("outputs come back as the component gives them, secret ones secret, and an Output list was used", async () => {
  const { address, endpoints, logins, ssh, mainCf } = await outputs();
  expect([address, endpoints, logins, ssh].map((output) => output!.secret)).toEqual([false, false, true, true]);
  expect(endpoints!.value).toContainEqual({ port: 587, tls: "starttls", auth: true });
  expect(mainCf!.value).toContain(lab.cloud.trustedClient);
});

test("no password is in the state or in what was printed", async () => {
  const hunt = new Hunt(canaries);
  expect(hunt.in(await lab.engine.exportState(stack))).toEqual([]);
  expect(hunt.in(said)).toEqual([]);
});

test("a second up has nothing to change", async () => {
  expect(changes(await recorded(lab.engine.up(stack)))).toEqual([]);
});

test("a stack whose relay still has the type of version 0.1 keeps everything", async () => {
  const droplet = await onlyDroplet(lab);
  const file = statePath(stack.stateDir, "program", stack.stack);
  const text = readFileSync(file, "utf8");
  const former = text.replaceAll("mail-relay:index:MailRelay", "pulumi-mail-relay:index:MailRelay");
  expect(former).not.toBe(text);
  writeFileSync(file, former);
  expect(changes(await recorded(lab.engine.up(stack)))).toEqual([]);
  expect(await onlyDroplet(lab)).toBe(droplet);
  expect(await lab.engine.exportState(stack)).not.toContain("pulumi-mail-relay:index");
});

test.each([
  ["plain", ["users[1].login", "myDomain"]],
  ["output", ["myDomain"]],
])(
  "a mistake in %s values is told as in TypeScript: every option, once, and no stack trace",
  async (mistake, options) => {
    const config = { ...stack.config, "program:mistake": { value: mistake, secret: false } };
    const { message, result } = await failureOf(lab.engine.preview({ ...stack, config }));
    expect(message).toMatch(
      /^mail-relay:index:MailRelay resource 'relay' has a problem: MailRelay "relay": \d problems? with its arguments/,
    );
    for (const option of options) expect(message).toContain(option);
    expect(result.text.split(`${options.at(-1)!}: `)).toHaveLength(2);
    expect(result.text).not.toMatch(/\n\s+at |Traceback/);
  },
);

test("the example in Python constructs a relay", async () => {
  const example = stackOf("python", join(PROJECT_ROOT, "examples", "python"));
  const file = join(example.workDir, "Pulumi.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("../../plugin", "../plugin").replace(": venv", ": ../venv"));
  const result = await lab.engine.preview(example);
  expect(changes(result)).toEqual(expect.arrayContaining(["create relay", "create relay-proof"]));
});

test("a destroy leaves nothing", async () => {
  await lab.engine.destroy(stack);
  // A deleted droplet is switched off a moment after the API has forgotten it.
  await eventually(async () => expect(await lab.cloud.droplets()).toEqual([]));
});
