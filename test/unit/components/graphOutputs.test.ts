import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { knownInputs, MailRelay, MailRelayArgs } from "../../../components";
import { PROJECT_ROOT } from "../../../sandbox/paths";
import { RecordingMocks, settled } from "./recording";

const canary = "canary-Pa55word";

const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;

const args: MailRelayArgs = {
  myHostname: "relay.example.com",
  users: [{ login: "alice", password: canary }],
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
};

async function deploy(given: MailRelayArgs) {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  const relay = new MailRelay("relay", given);
  while (!mocks.resources.some(({ name }) => name === "relay-listeners-firewall")) {
    await new Promise((next) => setTimeout(next, 5));
  }
  return { relay, mocks };
}

/** All that a step is given, as text. */
async function given(mocks: RecordingMocks, step: string): Promise<string> {
  const { value } = await settled(pulumi.output(mocks.named(`relay-${step}`).inputs));
  return JSON.stringify(value);
}

const route = (password: string) => ({
  senders: ["@a.example"],
  relayHost: { host: "a.example", login: "a", password },
});

test("whole groups and lists with secrets in them can be secret Outputs, and nothing else becomes secret", async () => {
  const { relay } = await deploy({
    ...args,
    relayRoutes: pulumi.secret([route(canary)]),
    alerts: pulumi.secret({ webhook: `https://${canary}.example.net/`, mail: "ops@example.net" }),
    tls: pulumi.secret({ acme: { digitalOceanToken: "dop_v1_0a" } }),
    limits: pulumi.output({ recipientsPerHour: 7 }),
    headerChecks: pulumi.output(Promise.resolve([{ header: "X-Mailer", action: "remove" as const }])) as never,
  });
  const mainCf = await settled(relay.mainCf);
  expect(mainCf.secret).toBe(false);
  expect(mainCf.value).toContain("sender_dependent_default_transport_maps = ");
  expect(mainCf.value).toContain("header_checks = ");
  expect(mainCf.value).not.toContain(canary);
  const logins = await settled(relay.logins);
  expect(logins).toEqual({ value: { alice: canary }, secret: true });
});

test("the passwords of routes in an Output arrive", async () => {
  const open = await given((await deploy({ ...args, relayRoutes: [route(canary)] })).mocks, "apply");
  const hidden = await given((await deploy({ ...args, relayRoutes: pulumi.secret([route(canary)]) })).mocks, "apply");
  expect(hidden).toBe(open);
});

test("what arrives only as an Output is checked by the same walk, and all of it comes in one error", () => {
  const wrong = {
    ...args,
    myHostname: 5,
    users: [{ login: "a", recipientsPerHour: "7" }],
    relayRoutes: [{ senderz: [], relayHost: { host: 7, password: canary } }, canary],
    alerts: "no",
    limits: { recipients: 3.5 },
    droplet: { region: "fra1", sshSources: ["me"] },
  };
  const said = errorOf(`
    const given = ${JSON.stringify(wrong)};
    for (const key of ["myHostname", "relayRoutes", "alerts", "limits"]) given[key] = later(given[key]);
    given.users[0].recipientsPerHour = later("7");
    given.droplet.sshSources = [later("me"), "192.0.2.1"];
    pulumi.runtime.setMocks(new RecordingMocks()).then(() => new MailRelay("relay", given));`);
  expect(said).toMatch(/^true /);
  expect(said).not.toContain(canary);
  expect([...said.matchAll(/^ {2}- (.*?): (.*)$/gm)].map(([, path, message]) => `${path}: ${message}`)).toEqual([
    expect.stringMatching(/^myHostname: 5 is a number where text is needed/),
    expect.stringMatching(/^users\[0\]\.recipientsPerHour: "7" is not a number/),
    "alerts: text is not a group of options; give {} for its defaults, or leave it out",
    expect.stringMatching(/^relayRoutes\[0\]\.senderz: is not an option; did you mean senders\?/),
    expect.stringMatching(/^relayRoutes\[0\]\.relayHost\.host: 7 is a number/),
    expect.stringMatching(/^relayRoutes\[1\]: text is not a group of options; its options are senders, relayHost/),
    expect.stringMatching(/^limits\.recipients: 3\.5 is not a number of recipients/),
    expect.stringMatching(/^relayRoutes\[0\]\.relayHost\.login: missing/),
    expect.stringMatching(/^relayRoutes\[0\]\.senders: missing/),
    expect.stringMatching(/^droplet\.sshSources\[0\]: "me" is not an address/),
  ]);
}, 60_000);

const wrongKey = { privateKey: 5 };

test.each([
  [{ droplet: { ...args.droplet, sshKey: { fingerprint: "aa:bb", ...wrongKey } } }, "droplet.sshKey.privateKey"],
  [{ droplet: undefined, host: { address: "192.0.2.5", hostKey, ...wrongKey } }, "host.privateKey"],
])(
  "every secret that is not text is refused by name, also where it is only known later",
  (target, key) => {
    const wrong = {
      ...args,
      ...target,
      users: [{ login: "a", password: 5, previousPassword: 5, previousPasswordUntil: "2999-12-31" }],
      relayHost: { host: "smtp.example.net", login: "account", password: 5 },
      alerts: { webhook: 5 },
      dkim: { domains: ["example.com"], selectors: [{ selector: "s1", privateKey: 5 }] },
      tls: { acme: { digitalOceanToken: 5 } },
    };
    const program = `
    const pulumi = require("@pulumi/pulumi");
    const { MailRelay } = require("./components");
    const { RecordingMocks } = require("./test/unit/components/recording");
    process.on("unhandledRejection", (error) => console.log(error.message));
    const later = (name, value) => (value === 5 ? pulumi.output(Promise.resolve(5)) : value);
    const given = JSON.parse(${JSON.stringify(JSON.stringify(wrong))}, later);
    pulumi.runtime.setMocks(new RecordingMocks()).then(() => new MailRelay("relay", given));`;
    const { stdout: said } = spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", program], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    const found = [...said.matchAll(/^ {2}- (.*?): is not /gm)].map(([, path]) => path);
    expect([...new Set(found)].sort()).toEqual(
      [
        "alerts.webhook",
        "dkim.selectors[0].privateKey",
        "relayHost.password",
        "tls.acme.digitalOceanToken",
        "users[0].password",
        "users[0].previousPassword",
        key,
      ].sort(),
    );
  },
  60_000,
);

test("users that another language sent as one secret are known, with secret passwords", async () => {
  const inputs = { ...args, users: pulumi.secret([{ login: "alice", password: canary }, { login: "bob" }]) };
  expect(() => new MailRelay("relay", inputs as never)).toThrow(
    /users: is an Output, but decides which resources exist/,
  );
  const known = await knownInputs(inputs);
  expect(known.users?.map(({ login }) => login)).toEqual(["alice", "bob"]);
  expect(await settled(pulumi.output(known.users![0]!.password))).toEqual({ value: canary, secret: true });
  const { relay, mocks } = await deploy(known);
  expect((await settled(relay.logins)).value).toEqual({ alice: canary, bob: "generated for relay-password-bob" });
  expect(mocks.named("relay-password-bob").type).toContain("RandomPassword");
});

test("what is wrong with inputs of another language stays, and is refused", async () => {
  const inputs = { ...args, users: pulumi.output("alice"), driftChek: true, listeners: pulumi.output({ smtp: "no" }) };
  const known = await knownInputs(inputs);
  expect(() => new MailRelay("relay", known)).toThrow(
    /driftChek: is not an option.*users: "alice" is not a list|users: text is not a list/s,
  );
  expect(() => new MailRelay("relay", known)).toThrow(/listeners\.smtp: "no" is not a flag/);
  for (const strange of [undefined, null, 5, "text", []]) {
    expect(() => new MailRelay("relay", strange as never)).toThrow(pulumi.RunError);
    expect(await knownInputs(strange)).toEqual(strange);
  }
});

const tooLong = {
  ...args,
  users: [{ login: "alice", password: "ü".repeat(200) }],
  sasl: { passwordCheck: "saslauthd" as never },
};
const refusedAsTooLong = /users\[0\]\.password: takes 400 octets/;

test("a password that saslauthd could not take is refused before anything is declared", () => {
  expect(() => new MailRelay("relay", tooLong)).toThrow(refusedAsTooLong);
});

test("the same password as an Output is refused once it is known", () => {
  const program = `
    const given = ${JSON.stringify(tooLong)};
    given.users[0].password = later(given.users[0].password);
    pulumi.runtime.setMocks(new RecordingMocks()).then(() => new MailRelay("relay", given));`;
  expect(errorOf(program)).toMatch(refusedAsTooLong);
});

/** What the error says that a program ends with. */
function errorOf(program: string): string {
  const before = `
    const pulumi = require("@pulumi/pulumi");
    const { MailRelay } = require("./components");
    const { RecordingMocks } = require("./test/unit/components/recording");
    process.on("unhandledRejection", (error) => {
      console.log(pulumi.RunError.isInstance(error), error.message);
      process.exit();
    });
    const later = (value) => pulumi.secret(new Promise((done) => setTimeout(() => done(value), 5)));`;
  // The leak detector makes the exit code one, as it does for any program that ends in an error.
  return spawnSync(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", before + program], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
  }).stdout;
}
