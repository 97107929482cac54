import * as pulumi from "@pulumi/pulumi";
import { knownInputs, MailRelay, MailRelayArgs } from "../../../components";
import { RecordingMocks, settled } from "./recording";

const canary = "canary-Pa55word";

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
