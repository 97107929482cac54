import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { serviceFiles, services } from "../../../../components/render/services";
import { fullSettings } from "../fixtures";

const alerts = { mail: "ops@example.net" };
const texts = (files: { path: string; body: string }[]) => new Map(files.map(({ path, body }) => [path, body]));

test("nothing is watched unless somebody asks", () => {
  expect(services(fullSettings()).map(({ name }) => name)).not.toContain("watch");
  expect(services(fullSettings({ metrics: true })).map(({ name }) => name)).toContain("watch");
  expect(services(fullSettings({ alerts })).map(({ name }) => name)).toContain("watch");
});

test("ACME brings certbot and a timer, which is watched too; an authority of its own is trusted by certbot's service", () => {
  expect(services(fullSettings()).map(({ name }) => name)).not.toContain("certificate");
  const asked = services(fullSettings({ tls: { acme: {} }, metrics: true }));
  const plain = asked[0];
  const watching = asked.find(({ name }) => name === "watch");
  expect([plain?.unit, plain?.packages]).toEqual(["mail-relay-certificate.timer", ["certbot", "python3-dnspython"]]);
  expect(plain?.files.map(({ path }) => path).join()).not.toContain("certbot.service.d");
  expect(JSON.stringify(watching)).toContain("mail-relay-certificate.timer");
  const [own] = services(fullSettings({ tls: { acme: { caCertificate: "PEM" } } }));
  expect(own?.files.map(({ path }) => path)).toContain("/etc/systemd/system/certbot.service.d/mail-relay.conf");
});

test("a DigitalOcean token is in one file, which only root reads", () => {
  const digitalOceanToken = "dop_v1_canary";
  const wanted = services(fullSettings({ tls: { acme: { digitalOceanToken: true } } }), { digitalOceanToken });
  expect(wanted[0]?.packages).toEqual(["certbot"]);
  const holding = serviceFiles(wanted).filter(({ body }) => body.includes(digitalOceanToken));
  expect(holding).toEqual([
    {
      path: "services/certificate/tree/etc/mail-relay-digitalocean-token",
      body: "dop_v1_canary\n",
      mode: 0o600,
    },
  ]);
  const http = services(fullSettings({ tls: { acme: {} } }), { digitalOceanToken });
  expect(JSON.stringify(http)).not.toContain("igital");
});

test("the webhook is in one file, which only root reads", () => {
  const webhook = "https://hooks.example.net/canary";
  const files = serviceFiles(services(fullSettings({ alerts }), { alertWebhook: webhook }));
  const holding = files.filter(({ body }) => body.includes(webhook));
  expect(holding).toEqual([
    expect.objectContaining({ path: "services/watch/tree/etc/mail-relay-watch.json", mode: 0o600 }),
  ]);
});

test("a service travels as its unit, its check, its files and their owners", () => {
  const files = serviceFiles([
    {
      name: "resolver",
      unit: "resolver.service",
      packages: ["resolver"],
      check: "resolver --check",
      files: [
        { path: "/etc/resolver.conf", body: "here\n", mode: 0o644 },
        { path: "/etc/resolver.key", body: "key\n", mode: 0o600, owner: "resolver:resolver" },
      ],
    },
  ]);
  expect(texts(files)).toEqual(
    new Map([
      ["services/resolver/unit", "resolver.service\n"],
      ["services/resolver/check", "resolver --check\n"],
      ["services/resolver/owners", "resolver:resolver etc/resolver.key\n"],
      ["services/resolver/tree/etc/resolver.conf", "here\n"],
      ["services/resolver/tree/etc/resolver.key", "key\n"],
    ]),
  );
});

test.each([
  ["ACME by HTTP", fullSettings({ tls: { acme: {} } })],
  ["ACME by DNS", fullSettings({ tls: { acme: { digitalOceanToken: true } } })],
  ["a resolver and metrics", fullSettings({ resolver: {}, metrics: true })],
])("%s: programs have the modules of the library that they import, and no others", (_, settings) => {
  for (const { name, files } of services(settings)) {
    const scripts = files.flatMap(({ path, script }) => (path.endsWith(".py") && script ? [{ path, script }] : []));
    const has = scripts.flatMap(({ script }) => (script.startsWith("lib/") ? [script.slice("lib/".length)] : []));
    const wanted = scripts.flatMap(({ script }) => imports(script));
    const all = wanted.length > 0 ? ["__init__.py", ...wanted] : [];
    expect([name, [...new Set(has)].sort()]).toEqual([name, [...new Set(all)].sort()]);
  }
});

/** The files of the library that a program imports. */
function imports(script: string): string[] {
  const source = readFileSync(join(PROJECT_ROOT, "components/host", script), "utf8");
  const modules = [...source.matchAll(/^from lib import (.*)$/gm)].flatMap(([, names = ""]) => names.split(", "));
  const direct = [...source.matchAll(/^from lib\.(\w+) import/gm)].map(([, name = ""]) => name);
  return [...modules, ...direct].map((module) => `${module}.py`);
}
