import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Props } from "../../../sandbox/engine/embedded/values";
import type { Created, ResourceKind } from "../../../sandbox/engine/providers/provider";
import { randomProvider } from "../../../sandbox/engine/providers/random";
import { tlsProvider } from "../../../sandbox/engine/providers/tls";

const kinds: Record<string, ResourceKind> = { ...randomProvider().kinds, ...tlsProvider().kinds };

function kind(name: string): ResourceKind {
  return Object.entries(kinds).find(([type]) => type.endsWith(`:${name}`))![1];
}

function create(name: string, inputs: Props): Promise<Created> {
  const { check, create: make } = kind(name);
  const context = { name, signal: new AbortController().signal, log: () => undefined };
  return make(check(inputs, name, undefined), context);
}

async function password(inputs: Props): Promise<string> {
  return (await create("RandomPassword", inputs)).outputs.result as string;
}

describe("random", () => {
  test("a password has its length and only the characters that are allowed", async () => {
    expect(await password({ length: 40, special: false })).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(await password({ length: 40, overrideSpecial: "!", upper: false })).toMatch(/^[a-z0-9!]{40}$/);
    expect(await password({ length: 9, lower: false, upper: false, special: false })).toMatch(/^[0-9]{9}$/);
    expect(await password({ length: 24 })).not.toBe(await password({ length: 24 }));
  });

  test("the minimums are kept", async () => {
    const result = await password({ length: 8, minNumeric: 3, minSpecial: 3, minUpper: 2, overrideSpecial: "_" });
    expect([...result].sort().join("")).toMatch(/^[0-9]{3}[A-Z]{2}_{3}$/);
    expect(() => kind("RandomPassword").check({ length: 3, minLower: 4 }, "p", undefined)).toThrow("length (3)");
  });

  test("any change replaces, the keepers' as well; result is secret", () => {
    const { diff, secretOutputs, update } = kind("RandomPassword");
    const inputs = { length: 8, keepers: { round: "1" } };
    expect(diff({ id: "none", inputs, outputs: {} }, inputs).changed).toEqual([]);
    expect(diff({ id: "none", inputs, outputs: {} }, { ...inputs, keepers: { round: "2" } }).replaces).toEqual([
      "keepers",
    ]);
    expect(update).toBeUndefined();
    expect(secretOutputs).toEqual(["result"]);
  });

  test("an id in all its notations", async () => {
    const { id, outputs } = await create("RandomId", { byteLength: 6, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).toHaveLength(6);
    expect(outputs).toMatchObject({
      hex: `p-${bytes.toString("hex")}`,
      dec: `p-${BigInt(`0x${bytes.toString("hex")}`)}`,
      b64Url: `p-${id}`,
      b64Std: `p-${bytes.toString("base64")}`,
    });
  });

  test("a string is its own id", async () => {
    const { id, outputs } = await create("RandomString", { length: 12 });
    expect(id).toBe(outputs.result);
  });
});

describe("tls", () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync("/tmp/eng-tls-");
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  function keygen(...args: string[]): string {
    return execFileSync("ssh-keygen", args, { encoding: "utf8" });
  }

  test.each([
    [{ algorithm: "ED25519" }, "ssh-ed25519", "PRIVATE KEY"],
    [{ algorithm: "RSA", rsaBits: 2048 }, "ssh-rsa", "RSA PRIVATE KEY"],
    [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "ecdsa-sha2-nistp256", "EC PRIVATE KEY"],
  ])("%p is a key that OpenSSH reads, with its fingerprints", async (inputs, type, pem) => {
    const { outputs } = await create("PrivateKey", inputs);
    const texts = outputs as Record<string, string>;
    expect(texts.privateKeyPem).toContain(`-----BEGIN ${pem}-----`);
    expect(texts.privateKeyPemPkcs8).toContain("-----BEGIN PRIVATE KEY-----");
    expect(texts.publicKeyPem).toContain("-----BEGIN PUBLIC KEY-----");
    expect(texts.privateKeyOpenssh).toContain("-----BEGIN OPENSSH PRIVATE KEY-----");
    expect(texts.publicKeyOpenssh).toMatch(new RegExp(`^${type} [A-Za-z0-9+/=]+\n$`));

    const file = path.join(dir, "key");
    writeFileSync(file, texts.privateKeyOpenssh!, { mode: 0o600 });
    expect(keygen("-y", "-f", file).trim()).toBe(texts.publicKeyOpenssh!.trim());
    expect(keygen("-l", "-f", file)).toContain(` ${texts.publicKeyFingerprintSha256} `);
    expect(keygen("-l", "-E", "md5", "-f", file)).toContain(`MD5:${texts.publicKeyFingerprintMd5} `);
  });

  test("a curve that OpenSSH does not know leaves its outputs empty; wrong settings are refused", async () => {
    const { outputs } = await create("PrivateKey", { algorithm: "ECDSA" });
    expect(outputs).toMatchObject({ ecdsaCurve: "P224", publicKeyOpenssh: "", privateKeyOpenssh: "" });
    expect(() => kind("PrivateKey").check({ algorithm: "DSA" }, "k", undefined)).toThrow("algorithm must be one of");
  });
});
