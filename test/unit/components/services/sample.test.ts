import * as pulumi from "@pulumi/pulumi";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MailRelay } from "../../../../components";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { renderMasterCf } from "../../../../components/postfix/masterCf";
import { renderBundle } from "../../../../components/render/bundle";
import { packageFiles, packageNames } from "../../../../components/render/packages";
import { list } from "../../../../components/services/list";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { factsOf, fullParts, fullSettings, issuesOf } from "../fixtures";
import { RecordingMocks } from "../recording";
import { sample } from "./sample/service";

// The one line that a service costs besides its folder.
list.push(sample);

const facts = factsOf["3.7"]!;
const { files } = renderBundle(fullSettings(), facts);
const body = (path: string) => files.find((file) => file.path === path)?.body;

test("its packages are installed, and their own unit is masked", () => {
  expect(packageNames(fullParts())).toContain("sample-daemon");
  expect(packageFiles(fullParts()).find(({ path }) => path === "masks")?.body).toContain(
    "sample-daemon sample-daemon.service\n",
  );
});

test("its files travel, with what the host has to know of it", () => {
  expect(body("services/sample/unit")).toBe("mail-relay-sample.service\n");
  expect(body("services/sample/check")).toBe("sample-daemon --check\n");
  expect(body("services/sample/tree/etc/mail-relay-sample.conf")).toMatch(/\nhostname relay\.example\.com\n$/);
});

test("its parameters are in main.cf, in place of those written anyway, and its options at every login", () => {
  const mainCf = renderMainCf(fullParts(), facts);
  expect(mainCf).toContain("\n# Sample\naddress_verify_map =\n");
  expect(mainCf.match(/^smtpd_tls_loglevel = .*$/gm)).toEqual(["smtpd_tls_loglevel = 2"]);
  expect(mainCf).toContain("\nlogin_sample = inet:127.0.0.1:8463\n");
  const listeners = renderMasterCf(fullParts()).split(/\n(?=\S)/);
  const asked = listeners.filter((block) => block.includes("-o smtpd_etrn_restrictions=$login_sample"));
  expect(asked.map((block) => block.split(/\s/)[0])).toEqual(["submission"]);
});

test("the trial has its parameters and files, and expects what it says", () => {
  expect(body("trial/main.cf")).toContain("\nlogin_sample = static:DUNNO\n");
  expect(body("etc/main.cf")).toMatch(/^login_milters = .*, inet:127\.0\.0\.1:8464$/m);
  expect(body("trial/main.cf")).not.toContain("8464");
  expect(body("trial/sample")).toBe("trial\n");
  expect(body("trial.expected")).toBe("sample: seen$\nthe sample has not seen the trial's message\n");
});

test("postfixParameters leaves its parameter to it", () => {
  expect(issuesOf({ postfixParameters: { address_verify_map: "x" } })).toMatchObject([
    { path: "postfixParameters.address_verify_map", message: "is left to the component; use sample instead" },
  ]);
});

test("the firewall lets its ports through", async () => {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  new MailRelay("relay", {
    myHostname: "relay.example.com",
    users: [{ login: "alice" }],
    relayHost: { host: "smtp.example.net" },
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
  });
  while (!mocks.resources.some(({ name }) => name === "relay-listeners-firewall"))
    await new Promise((next) => setTimeout(next, 5));
  const { inboundRules, outboundRules } = mocks.named("relay-firewall").inputs as Record<
    string,
    { portRange: string }[]
  >;
  expect(inboundRules!.map(({ portRange }) => portRange)).toContain("8461");
  expect(outboundRules!.map(({ portRange }) => portRange)).toContain("8462");
});

test("the drift step compares its file, and asks for its unit", () => {
  const folder = mkdtempSync(join(tmpdir(), "mail-relay-sample-"));
  try {
    for (const { path, body: text, mode } of files.filter((file) => file.path.startsWith("services/sample/"))) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text, { mode });
    }
    const program = [
      "import json, sys",
      "from lib import differences, installed",
      "installed.RECORDS = sys.argv[1]",
      "print(json.dumps([differences.compare(*installed.services()), installed.unit_names()]))",
    ].join("\n");
    const found = execFileSync("python3", ["-B", "-c", program, folder], {
      cwd: join(PROJECT_ROOT, "components", "host"),
      encoding: "utf8",
    });
    expect(JSON.parse(found)).toEqual([
      [{ path: "/etc/mail-relay-sample.conf", aspect: "gone" }],
      ["postfix", "mail-relay-sample.service"],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
