import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createEngine } from "../../../sandbox/engine";
import { Crypter } from "../../../sandbox/engine/embedded/crypto";
import { changesAt, ignoreChanges } from "../../../sandbox/engine/embedded/goal";
import { readProject, withProjectConfig } from "../../../sandbox/engine/embedded/project";
import type { ResourceState } from "../../../sandbox/engine/embedded/state";
import { lockState, StateFile } from "../../../sandbox/engine/embedded/stateFile";
import { aliasUrns, makeUrn, parseUrn } from "../../../sandbox/engine/embedded/urn";
import {
  fromWire,
  plain,
  sameValue,
  secret,
  SIGNATURE_KEY,
  UNKNOWN,
  withSecretsOf,
} from "../../../sandbox/engine/embedded/values";

jest.setTimeout(60_000);

let dir: string;

beforeEach(() => {
  dir = mkdtempSync("/tmp/eng-parts-");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("values", () => {
  const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
  const REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";

  test("output values become plain, secret or unknown", () => {
    expect(fromWire({ [SIGNATURE_KEY]: OUTPUT, value: "x", dependencies: ["u"] })).toBe("x");
    expect(fromWire({ [SIGNATURE_KEY]: OUTPUT })).toBe(UNKNOWN);
    expect(fromWire([{ [SIGNATURE_KEY]: OUTPUT, value: 1, secret: true }])).toEqual([secret(1)]);
    expect(fromWire(secret({ [SIGNATURE_KEY]: OUTPUT, value: "x", secret: true }))).toEqual(secret("x"));
  });

  test("a provider sees plain values, and references as ids", () => {
    expect(plain({ a: secret([secret("x")]), b: { [SIGNATURE_KEY]: REFERENCE, urn: "u", id: "i" } })).toEqual({
      a: ["x"],
      b: "i",
    });
    expect(plain({ [SIGNATURE_KEY]: REFERENCE, urn: "u", id: "" })).toBe(UNKNOWN);
    expect(plain({ [SIGNATURE_KEY]: REFERENCE, urn: "u" })).toBe("u");
  });

  test("secretness is carried over to the same places", () => {
    const source = { a: secret("x"), list: [1, secret(2)], deep: { k: secret(1) } };
    expect(withSecretsOf({ a: "y", list: [3, 4, 5], deep: { k: 1, l: 2 }, b: 1 }, source)).toEqual({
      a: secret("y"),
      list: [3, secret(4), 5],
      deep: { k: secret(1), l: 2 },
      b: 1,
    });
  });

  test("equality knows lists from objects, and no order of keys", () => {
    expect(sameValue({ a: 1, b: [1] }, { b: [1], a: 1 })).toBe(true);
    expect(sameValue({ 0: 1 }, [1])).toBe(false);
    expect(sameValue({ a: null }, {})).toBe(false);
  });
});

describe("property paths", () => {
  test("a star stands for elements of a list that stays", () => {
    expect(changesAt("a[*]", { a: ["1"] }, { a: ["2"] })).toBe(true);
    expect(changesAt("a[*]", { a: ["1"] }, { a: ["1", "2"] })).toBe(true);
    expect(changesAt("a[*]", { a: ["1"] }, { a: ["1"] })).toBe(false);
    expect(changesAt("a[*]", {}, { a: ["1"] })).toBe(false);
    expect(changesAt("a", {}, { a: ["1"] })).toBe(true);
    expect(changesAt("a.b", { a: { b: 1, c: 1 } }, { a: { b: 1, c: 2 } })).toBe(false);
  });

  test("ignored properties are put back, or taken away", () => {
    expect(ignoreChanges({ a: 2, b: { c: 2, d: 2 } }, { a: 1, b: { c: 1 } }, ["a", "b.*"])).toEqual({
      a: 1,
      b: { c: 1 },
    });
    expect(ignoreChanges({ a: 2 }, {}, ["a"])).toEqual({});
  });
});

describe("URNs", () => {
  const stack = makeUrn("dev", "proj", undefined, "pulumi:pulumi:Stack", "proj-dev");
  const parent = makeUrn("dev", "proj", stack, "my:index:Relay", "relay");
  const child = makeUrn("dev", "proj", parent, "tls:index/privateKey:PrivateKey", "relay-key");

  test("carry the types of their parents, the stack's left out", () => {
    expect(parent).toBe("urn:pulumi:dev::proj::my:index:Relay::relay");
    expect(child).toBe("urn:pulumi:dev::proj::my:index:Relay$tls:index/privateKey:PrivateKey::relay-key");
    expect(parseUrn(child)).toMatchObject({ type: "tls:index/privateKey:PrivateKey", name: "relay-key", stack: "dev" });
    expect(parseUrn("urn:pulumi:dev::proj::a:b:C::name::with::colons").name).toBe("name::with::colons");
  });

  test("children of a renamed parent are looked for under its old name", () => {
    const before = makeUrn("dev", "proj", undefined, "my:index:Relay", "old");
    expect(aliasUrns(child, parent, [], before)).toEqual([
      "urn:pulumi:dev::proj::my:index:Relay$tls:index/privateKey:PrivateKey::old-key",
    ]);
    const alias = { name: "other", type: "", stack: "", project: "", parent: undefined };
    expect(aliasUrns(child, parent, [alias])).toEqual(["urn:pulumi:dev::proj::tls:index/privateKey:PrivateKey::other"]);
  });
});

describe("project file", () => {
  test.each([
    ["name: relay\nruntime: nodejs\nmain: index.ts\n", "relay", "index.ts"],
    [`name: "quoted"   # a comment\nmain: 'index.ts'\n`, "quoted", "index.ts"],
    ["runtime:\n  name: nodejs\nname: plain # comment\n", "plain", "."],
  ])("%j", async (text, name, program) => {
    writeFileSync(path.join(dir, "Pulumi.yaml"), text);
    writeFileSync(path.join(dir, "index.ts"), "");
    const project = { name, rootDir: dir, programDir: dir, program, typescript: true, packages: {}, config: {} };
    expect(await readProject(dir)).toEqual(project);
  });

  test("a program in Python has the interpreter of its environment, and packages have their folders", async () => {
    const options = "runtime: { name: python, options: { virtualenv: env } }\npackages: { kit: ../kit }\n";
    writeFileSync(path.join(dir, "Pulumi.yaml"), `name: relay\n${options}`);
    const project = await readProject(dir);
    expect(project.python).toBe(path.join(dir, "env", "bin", "python"));
    expect(project.packages).toEqual({ kit: path.join(dir, "..", "kit") });
  });

  test("a compiled program needs no ts-node", async () => {
    mkdirSync(path.join(dir, "dist"));
    writeFileSync(path.join(dir, "dist", "index.js"), "");
    const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
    writeFileSync(path.join(dir, "Pulumi.yaml"), `name: p\n${runtime}main: dist/index.js\n`);
    const programDir = path.join(dir, "dist");
    expect(await readProject(dir)).toMatchObject({ rootDir: dir, programDir, program: "index.js", typescript: false });
  });

  test("a folder as main is the program's working folder", async () => {
    writeFileSync(path.join(dir, "Pulumi.yaml"), "name: p\nmain: .\n");
    expect(await readProject(dir)).toMatchObject({ programDir: dir, program: "." });
    writeFileSync(path.join(dir, "Pulumi.yaml"), "runtime:\n  name: nodejs\n");
    await expect(readProject(dir)).rejects.toThrow("has no name");
  });
});

describe("project configuration", () => {
  const text = `
name: p
config:
  plain: text
  list: {type: array, items: {type: string}, default: [a]}
  other:region: {value: fra1}
  must: {type: string}
`;

  test("gives defaults, which the stack's values outdo", async () => {
    writeFileSync(path.join(dir, "Pulumi.yaml"), text);
    const own = { "p:must": { value: "x", secret: true }, "p:plain": { value: "mine", secret: false } };
    expect(withProjectConfig(own, await readProject(dir), "dev")).toEqual({
      ...own,
      "p:list": { value: '["a"]', secret: false },
      "other:region": { value: "fra1", secret: false },
    });
  });

  test("names what is missing", async () => {
    writeFileSync(path.join(dir, "Pulumi.yaml"), text);
    const project = await readProject(dir);
    expect(() => withProjectConfig({}, project, "dev")).toThrow("Stack 'dev' is missing configuration value 'p:must'");
  });
});

describe("state file", () => {
  const resource: ResourceState = {
    urn: "urn:pulumi:dev::p::a:b:C::n",
    custom: true,
    type: "a:b:C",
    id: "1",
    inputs: { list: [secret({ deep: "canary-1192" })] },
    outputs: { out: secret("canary-1193") },
    dependencies: [],
    propertyDependencies: {},
  };

  test("secrets are encrypted, come back, and keep their ciphertext while they do not change", async () => {
    const file = path.join(dir, "dev.json");
    const { stateFile } = await StateFile.load(file, "pass");
    await stateFile.save({ resources: [resource], pending: [{ type: "creating", resource }] });
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("canary");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["dev.json"]);

    const again = await StateFile.load(file, "pass");
    expect(again.snapshot.resources).toEqual([resource]);
    expect(again.snapshot.pending).toEqual([{ type: "creating", resource }]);
    await again.stateFile.save(again.snapshot);
    const ciphertexts = (content: string) => content.match(/"ciphertext": "[^"]*"/g);
    expect(ciphertexts(readFileSync(file, "utf8"))).toEqual(ciphertexts(text));
    await expect(StateFile.load(file, "other")).rejects.toThrow("incorrect passphrase");
  });

  test("equal texts are encrypted differently, and a changed ciphertext is noticed", async () => {
    const crypter = await Crypter.create("pass");
    const sealed = crypter.encrypt("text");
    expect(sealed).toMatch(/^v1:[^:]+:[^:]+$/);
    expect(crypter.encrypt("text")).not.toBe(sealed);
    expect((await Crypter.open("pass", crypter.saltLine)).decrypt(sealed)).toBe("text");
    const broken = sealed.replace(/.$/, "") + (sealed.endsWith("A") ? "B" : "A");
    expect(() => crypter.decrypt(broken.replace(/=*.$/, "AAAA"))).toThrow();
  });

  test("a locked stack is refused until it is released", async () => {
    const file = path.join(dir, "dev.json");
    const release = await lockState(file, () => undefined);
    await expect(lockState(file, () => undefined)).rejects.toThrow("is being updated by another process");
    await release();
    const again = await lockState(file, () => undefined);
    await again();
  });
});

test("auto takes the CLI if there is one, and the embedded engine otherwise", async () => {
  const PATH = process.env.PATH;
  try {
    process.env.PATH = dir;
    expect((await createEngine("auto")).kind).toBe("embedded");
    writeFileSync(path.join(dir, "pulumi"), "#!/bin/sh\n", { mode: 0o755 });
    expect((await createEngine("auto")).kind).toBe("pulumi");
    expect((await createEngine("embedded")).kind).toBe("embedded");
  } finally {
    process.env.PATH = PATH;
  }
});
