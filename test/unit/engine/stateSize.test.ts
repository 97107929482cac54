import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineError } from "../../../sandbox/engine";
import { EmbeddedEngine } from "../../../sandbox/engine/embedded/engine";
import { builtInProviders } from "../../../sandbox/engine/providers";
import { PROJECT_ROOT } from "../../../sandbox/paths";
import { configOf, hostless } from "./support/hostless";

jest.setTimeout(300_000);

/** With it, everything travels to the host that can. */
function everything(): object {
  const dkimKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  return {
    dkim: { selectors: [{ selector: "one", privateKey: dkimKey }] },
    metrics: true,
    alerts: { webhook: "https://hooks.example.net/services/one", mail: "ops@example.com" },
    resolver: {},
  };
}

const relayWith = (options: object) =>
  configOf({
    users: [{ login: "alice" }, { login: "printer", password: "a password of its own" }],
    relayHost: { host: "smtp.example.net", login: "account", password: "another password" },
    ...options,
  });

test.each([
  ["a relay with logins and a smart host", {}, 300],
  ["a relay with everything", everything(), 352],
])("the state of %s is small, and the same program changes nothing of it", async (_what, options, limit) => {
  const stateDir = mkdtempSync(path.join(tmpdir(), "eng-size-"));
  const engine = new EmbeddedEngine({ ...builtInProviders, command: hostless });
  const spec = {
    workDir: PROJECT_ROOT,
    stack: "size",
    config: relayWith(options),
    stateDir,
    passphrase: "correct horse",
  };
  try {
    await engine.up(spec).catch((error: EngineError) => {
      throw new Error(error.result.text);
    });
    const state = await engine.exportState(spec);
    expect(state).toContain("relay-proof");
    expect(Math.round(Buffer.byteLength(state) / 1000)).toBeLessThanOrEqual(limit);
    const again = await engine.up(spec);
    expect(again.operations.filter(({ kind }) => kind !== "same")).toEqual([]);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});
