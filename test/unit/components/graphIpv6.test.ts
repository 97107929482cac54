import * as pulumi from "@pulumi/pulumi";
import { InetProtocols, MailRelay, MailRelayArgs } from "../../../components";
import { RecordingMocks, settled } from "./recording";

// The SDK registers a graph of resources slowly on a loaded machine.
jest.setTimeout(60_000);

const args = {
  myHostname: "relay.example.com",
  users: [{ login: "alice" }],
  relayHost: { host: "smtp.example.net" },
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
};

async function deploy(given: MailRelayArgs): Promise<{ relay: MailRelay; mocks: RecordingMocks }> {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", false);
  const relay = new MailRelay("relay", given);
  const last = "relay-listeners-firewall";
  while (!mocks.resources.some(({ name }) => name === last)) await new Promise((next) => setTimeout(next, 5));
  return { relay, mocks };
}

test("the firewalls are open for mail by IPv6 where Postfix uses it, and the droplet has it where that is asked for", async () => {
  const peers = async (change: Partial<MailRelayArgs>) => {
    const { mocks, relay } = await deploy({ ...args, ...change });
    const listening = mocks.named("relay-listeners-firewall").inputs.inboundRules as { sourceAddresses: string[] }[];
    const leaving = mocks.named("relay-firewall").inputs.outboundRules as Record<string, unknown>[];
    return {
      listening: listening.map(({ sourceAddresses }) => sourceAddresses),
      leaving: leaving.find(({ portRange }) => portRange === "2525")?.destinationAddresses,
      ipv6: mocks.named("relay-droplet").inputs.ipv6,
      address: (await settled(relay.ipv6Address)).value,
    };
  };
  const both = ["0.0.0.0/0", "::/0"];
  const droplet = { ...args.droplet, ipv6: true };
  expect(await peers({ inetProtocols: InetProtocols.All, droplet })).toEqual({
    listening: [both, both],
    leaving: both,
    ipv6: true,
    address: "2001:db8::33",
  });
  expect(await peers({ droplet })).toMatchObject({ listening: [["0.0.0.0/0"], ["0.0.0.0/0"]], leaving: ["0.0.0.0/0"] });
  expect(await peers({})).toMatchObject({ ipv6: false, address: "" });
});
