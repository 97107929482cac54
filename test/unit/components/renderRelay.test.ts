import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import * as component from "../../../components";
import { PROJECT_ROOT } from "../../../sandbox/paths";

const page = readFileSync(path.join(PROJECT_ROOT, "docs", "testing.md"), "utf8");
const block = (language: string) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(page)![1]!;

describe("the jest example of docs/testing.md", () => {
  const { outputText } = ts.transpileModule(block("ts"), { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const require = (name: string) => (name === "pulumi-mail-relay" ? component : undefined);
  // Its tests register themselves here.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function("require", "exports", outputText)(require, {});
});

test("the pytest example of docs/testing.md", () => {
  const entry = JSON.stringify(path.join(PROJECT_ROOT, "components"));
  const here = `require("ts-node/register/transpile-only"); const { renderRelay } = require(${entry});`;
  const code = block("python").replace('const { renderRelay } = require("pulumi-mail-relay");', here);
  expect(code).toContain(here);
  const run = `${code}\n\ntest_the_printer_is_the_only_login()\nprint("passed")\n`;
  expect(execFileSync("python3", ["-"], { input: run, cwd: PROJECT_ROOT, encoding: "utf8" })).toBe("passed\n");
}, 60_000);

const { renderRelay } = component;
const args = {
  myHostname: "relay.example.com",
  users: [{ login: "alice", password: "canary" }],
  relayRoutes: [{ senders: ["@a.example"], relayHost: { host: "a.example", login: "a", password: "canary" } }],
  tls: { acme: { digitalOceanToken: "canary" } },
  alerts: { webhook: "https://canary.example.net/" },
  dkim: { selectors: [{ selector: "r1", privateKey: "canary" }] },
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
};

test.each(["debian 11", "debian 13", "ubuntu 24.04", "3.7"])("on %s no secret is in any file", (release) => {
  const files = renderRelay(args, { release });
  expect(JSON.stringify(files)).not.toContain("canary");
  expect(files["/etc/postfix/main.cf"]?.mode).toBe(0o644);
  const secret = Object.values(files).filter(({ content }) =>
    /<[a-zA-Z[\].0-9]+\.(password|privateKey|webhook|digitalOceanToken)>/.test(content),
  );
  expect(secret.length).toBeGreaterThanOrEqual(3);
  expect(secret.filter(({ mode }) => (mode & 0o077) !== 0)).toEqual([]);
});

test("releases differ where Postfix does", () => {
  const mainCf = (release: string) => renderRelay(args, { release })["/etc/postfix/main.cf"]!.content;
  expect(mainCf("debian 11")).toContain("compatibility_level = 2\n");
  expect(mainCf("debian 13")).toContain("compatibility_level = 3.6\n");
});

test("wrong arguments and releases are refused as in a deploy", () => {
  expect(() => renderRelay({ ...args, myNetworks: ["0.0.0.0/0"] }, { release: "debian 12" })).toThrow(
    /myNetworks\[0\]/,
  );
  expect(() => renderRelay(args, { release: "debian 9" })).toThrow(
    /"debian 9" is not a known release; use .*debian 12/,
  );
});

test.each([undefined, null, {}, { release: Symbol("a") }, { release: "__proto__" }])(
  "options %p are refused by name",
  (options) => {
    expect(() => renderRelay(args, options as never)).toThrow(/^release: .* is not a known release; use /);
  },
);
