import * as pulumi from "@pulumi/pulumi";
import { MailRelay, MailRelayArgs } from "../../../components";
import { RecordingMocks, settled } from "./recording";

// The SDK registers a graph of resources slowly on a loaded machine.
jest.setTimeout(60_000);

const base: MailRelayArgs = {
  myHostname: "relay.example.com",
  users: [{ login: "alice" }],
  manageDns: true,
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
};

async function deploy(given: MailRelayArgs): Promise<{ relay: MailRelay; mocks: RecordingMocks }> {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  const relay = new MailRelay("relay", given);
  await settled(relay.dnsRecords);
  await new Promise((next) => setTimeout(next, 50));
  return { relay, mocks };
}

const zoneForm = ({ name, type, value, priority, weight, port }: Record<string, string | number | undefined>) => {
  const owner = name === "@" ? "example.com" : `${String(name)}.example.com`;
  return [owner, type, priority, weight, port, value]
    .filter((part) => part !== undefined)
    .map(String)
    .join(" ");
};

test.each<[string, Partial<MailRelayArgs>, RegExp]>([
  ["the least", {}, /^_dmarc\.|^example\.com TXT| PTR /],
  [
    "direct delivery from a reserved address",
    { droplet: { ...base.droplet!, reservedIp: true } },
    /^_dmarc\.|^example\.com TXT| PTR /,
  ],
  [
    "a reserved address before a smart host",
    { droplet: { ...base.droplet!, reservedIp: true }, relayHost: { host: "smtp.example.net" } },
    /^_dmarc\.|^example\.com TXT| PTR /,
  ],
  [
    "everything",
    { listeners: { submissions: true, smtp: false }, dns: { policies: true, autoconfigHost: "www.example.com" } },
    / PTR | MX 0 /,
  ],
])("with %s, DigitalOcean gets what the output says but what is not its to make", async (_, change, left) => {
  const { relay, mocks } = await deploy({ ...base, ...change });
  const { value: records, secret } = await settled(relay.dnsRecords);
  expect(secret).toBe(false);
  const wanted = records.map(({ name, type, value }) => `${name} ${type} ${value}`).filter((line) => !left.test(line));
  const created = mocks.resources.filter(({ type }) => type === "digitalocean:index/dnsRecord:DnsRecord");
  expect(created.map(({ inputs }) => zoneForm(inputs as Record<string, string | number | undefined>)).sort()).toEqual(
    wanted.sort(),
  );
  expect(new Set(created.map(({ inputs }) => inputs.domain))).toEqual(new Set(["example.com"]));
});

test("no record is created unless somebody asks", async () => {
  const { mocks } = await deploy({ ...base, manageDns: undefined });
  expect(mocks.resources.filter(({ type }) => type.includes("dnsRecord"))).toEqual([]);
});

test("the reserved address is the relay's, and leads to a droplet that has proved itself", async () => {
  const { relay, mocks } = await deploy({ ...base, droplet: { ...base.droplet!, reservedIp: true, project: "p1" } });
  expect((await settled(relay.address)).value).toBe("198.51.100.99");
  const names = mocks.resources.map(({ name }) => name);
  expect(names.indexOf("relay-reserved-ip")).toBeGreaterThan(names.indexOf("relay-listeners-firewall"));
  expect(mocks.named("relay-project-resources").inputs).toMatchObject({ project: "p1", resources: ["do:droplet:7"] });
});
