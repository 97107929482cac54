import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { EmbeddedEngine } from "../../../sandbox/engine/embedded/engine";
import { changes, failure, TestProject } from "./support/project";
import { Things } from "./support/things";

jest.setTimeout(120_000);

const CANARY = "canary-8841-value";
const JSON_CANARY = "canary-5517-inner";
const KEY_CANARY = "-----BEGIN KEY-----\ncanary-3390-first-line\ncanary-3390-second-line\n-----END KEY-----\n";
const PROVIDER_CANARY = "token-canary-7261";
const ALL = [CANARY, JSON_CANARY, "canary-3390", PROVIDER_CANARY];

let things: Things;
let project: TestProject;

beforeEach(() => {
  things = new Things();
  project = new TestProject(
    { test: things.provider },
    {
      "eng:password": { value: CANARY, secret: true },
      "eng:users": { value: JSON.stringify([{ login: "office", password: JSON_CANARY }]), secret: true },
      "eng:key": { value: KEY_CANARY, secret: true },
      "eng:plain": { value: "not hidden", secret: false },
    },
  );
});

afterEach(() => project.remove());

const PROGRAM = `
  const config = new pulumi.Config();
  const users = config.requireSecretObject<{ password: string }[]>("users");
  const a = new Thing("a", {
    value: config.requireSecret("password"),
    nested: { list: [config.requireSecret("key")], users },
    quiet: true,
  });
  const b = new Thing("b", { value: a.token, quiet: true });
  const password = new random.RandomPassword("password", { length: 24 });
  const c = new Thing("c", { value: password.result, say: pulumi.unsecret(password.result.apply((p) => "made " + p.length)), quiet: true });
  config.requireSecret("password").apply((p) => pulumi.log.info("it is " + p + " and " + JSON.stringify({ p })));
  users.apply((list) => pulumi.log.info("the first is " + list[0].password));
  config.requireSecret("key").apply((key) => console.log("the key:\\n" + key));
  export const token = b.value;
  export const made = password.result;
  export const hidden = a.value;
  export const tree = { inner: users };
  export const open = config.require("plain");`;

test("no secret of any origin is in the state, in the printed text or in a world-readable file", async () => {
  const lines: string[] = [];
  const result = await project.up(PROGRAM, { onLine: (line) => lines.push(line) });
  const made = result.outputs.made?.value as string;
  expect(made).toHaveLength(24);
  const preview = await project.preview();
  const failed = await failure(project.up(PROGRAM.replace("nested:", `fail: "update", nested2:`)));
  const texts = [await project.stateText(), result.text, lines.join("\n"), preview.text, failed.message];
  texts.push(failed.result.text);
  for (const text of texts) {
    expect([...ALL, made].filter((one) => text.includes(one))).toEqual([]);
  }
  expect(result.text).toContain('it is [secret] and {"p":"[secret]"}');
  expect(result.text).toContain("info: test:index:Thing c: made 24");
  expect(result.text).toContain("the first is [secret]");
  expect(result.text).toContain("+ open: not hidden");
  expect(failed.message).toContain("cannot update it: [secret]");

  for (const name of readdirSync(project.spec.stateDir, { recursive: true }) as string[]) {
    expect(statSync(path.join(project.spec.stateDir, name)).mode & 0o077).toBe(0);
  }
});

test("secrets come back in clear, marked as secret, and through the next run unchanged", async () => {
  const first = await project.up(PROGRAM);
  expect(first.outputs).toMatchObject({
    hidden: { value: CANARY, secret: true },
    token: { value: PROVIDER_CANARY, secret: true },
    tree: { value: { inner: [{ login: "office", password: JSON_CANARY }] }, secret: true },
    open: { value: "not hidden", secret: false },
  });
  const state = await project.stateText();
  const second = await project.up();
  expect(changes(second)).toEqual([]);
  expect(second.outputs).toEqual(first.outputs);
  // The ciphertexts stay: only the time of writing differs.
  const strip = (text: string) => text.replace(/"time": "[^"]*"/, "");
  expect(strip(await project.stateText())).toBe(strip(state));
});

test("additionalSecretOutputs makes an output secret", async () => {
  const program = (opts: string) => `
    const a = new Thing("a", { value: "one" }, ${opts});
    export const out = a.out;`;
  expect((await project.up(program("{}"))).outputs.out).toEqual({ value: "one!", secret: false });
  const marked = await project.up(program(`{ additionalSecretOutputs: ["out"] }`));
  expect(marked.outputs.out).toEqual({ value: "one!", secret: true });
  expect(await project.stateText()).not.toContain("one!");
});

test("a wrong passphrase is told in one sentence", async () => {
  await project.up(PROGRAM);
  const wrong = new EmbeddedEngine({ test: things.provider }).up({ ...project.spec, passphrase: "wrong" });
  expect((await failure(wrong)).message).toBe("incorrect passphrase for the state");
});
