import * as pulumi from "@pulumi/pulumi";
import { AcmeArgs, MailRelay } from "../../../components";
import { Hunt } from "../../scenario/hunt";
import { RecordingMocks, settled } from "./recording";

const token = "dop_v1_canary";
/** What Pulumi's SDK marks a secret with on its way to the engine. */
const [secretSignature, secretMark] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

const relayWith = (acme: AcmeArgs) =>
  new MailRelay("relay", {
    myHostname: "relay.example.com",
    users: [{ login: "alice" }],
    relayHost: { host: "smtp.example.net" },
    tls: { acme },
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
  });

async function deploy(acme: AcmeArgs): Promise<RecordingMocks> {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  await settled(relayWith(acme).proof);
  return mocks;
}

function ports(mocks: RecordingMocks, direction: "inboundRules" | "outboundRules") {
  const rules = mocks.named("relay-firewall").inputs[direction] as { portRange?: string }[];
  return rules.map(({ portRange }) => portRange);
}

test("with ACME the firewall lets in the authority's question, and lets out to its directory's port", async () => {
  const mocks = await deploy({ directoryUrl: "https://ca.example.net:14000/directory" });
  expect(ports(mocks, "inboundRules")).toEqual(["80", "22", undefined]);
  expect(ports(mocks, "outboundRules")).toContain("14000");
});

test.each([token, pulumi.output(token)])("with a DigitalOcean token nobody is let in for it", async (given) => {
  expect(ports(await deploy({ digitalOceanToken: given }), "inboundRules")).toEqual(["22", undefined]);
});

test("the token travels as a secret only", async () => {
  const { resources } = await deploy({ digitalOceanToken: token });
  const texts = resources.flatMap(({ inputs }) => Object.values(inputs)).map((value) => JSON.stringify(value) ?? "");
  const hunt = new Hunt({ token });
  const holding = texts.filter((text) => hunt.in(text).length > 0);
  expect(holding.length).toBeGreaterThan(0);
  for (const text of holding) expect(JSON.parse(text)).toMatchObject({ [secretSignature]: secretMark });
});

test("a secret token makes nothing else a secret", async () => {
  await pulumi.runtime.setMocks(new RecordingMocks());
  const relay = relayWith({ digitalOceanToken: pulumi.secret(token) });
  expect((await settled(relay.mainCf)).secret).toBe(false);
});

test("a token that is none is refused before anything is declared", async () => {
  await pulumi.runtime.setMocks(new RecordingMocks());
  expect(() => relayWith({ digitalOceanToken: "with space" })).toThrow(
    /tls\.acme\.digitalOceanToken: is not an API token/,
  );
});
