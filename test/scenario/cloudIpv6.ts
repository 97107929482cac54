import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { run } from "../../sandbox/cloud/run";
import type { Cloud, DropletView } from "../../sandbox/cloud/types";
import { connects, connectsFrom } from "./reach";

interface Surroundings {
  cloud: Cloud;
  /** With IPv6, and a server on 2525 and 8080 for both IP versions. */
  relay: DropletView;
  /** Without. */
  client: DropletView;
  api: <T>(method: string, path: string, json?: unknown) => Promise<T>;
}

/** What the cloud's network does with IPv6; `look` gives what is there once the tests run. */
export function ipv6Tests(look: () => Surroundings): void {
  const inside = async (droplet: { id: number }, command: string) =>
    (await look().cloud.exec(droplet.id, ["bash", "-c", command])).stdout.trim();

  test("a droplet is reached that was created with it, and any other has none", async () => {
    const { cloud, relay, client } = look();
    expect(relay.address6!).toMatch(/^fd6d:7273:\d:1::/);
    expect(await inside(relay, "ip -6 -o address show dev host0 scope global")).toContain(` ${relay.address6}/128 `);
    expect(await connects(8080, cloud.ipv6!.strangerClient, relay.address6!)).toBe(true);
    expect(client.address6).toBeUndefined();
    expect(await inside(client, "ip -6 address show dev host0")).toBe("");
  });

  test("a firewall lets in and out what it says, and nothing else", async () => {
    const { cloud, relay, api } = look();
    const { gateway, trustedClient, strangerClient } = cloud.ipv6!;
    const service = createServer((socket) => socket.destroy())
      .listen(0, gateway)
      .unref();
    await once(service, "listening");
    const { port } = service.address() as { port: number };
    const tcp = (ports: string) => ({ protocol: "tcp", ports });
    const rules = {
      name: "relay",
      droplet_ids: [relay.id],
      inbound_rules: [
        { ...tcp("2525"), sources: { addresses: ["0.0.0.0/0", `${trustedClient}/128`] } },
        { ...tcp("8080"), sources: { addresses: ["0.0.0.0/0"] } },
      ],
      outbound_rules: [{ ...tcp("all"), destinations: { addresses: ["0.0.0.0/0"] } }],
    };
    const { firewall } = await api<{ firewall: { id: string } }>("POST", "/firewalls", rules);
    // Who forgot each other has to ask first, which a firewall does not keep off.
    await run(["ip", "-6", "neighbour", "flush", "to", relay.address6!]);
    expect(await connects(2525, trustedClient, relay.address6!)).toBe(true);
    expect(await connects(2525, strangerClient, relay.address6!)).toBe(false);
    expect(await connects(2525, cloud.strangerClient, relay.address)).toBe(true);
    expect(await connects(8080, trustedClient, relay.address6!)).toBe(false);
    expect(await connectsFrom(cloud, relay, gateway, port)).toBe(false);

    const everything = { ...tcp("all"), destinations: { addresses: ["::/0"] } };
    await api("PUT", `/firewalls/${firewall.id}`, { ...rules, outbound_rules: [everything] });
    await inside(relay, "ip -6 neighbour flush dev host0");
    expect(await connectsFrom(cloud, relay, gateway, port)).toBe(true);
    expect(await connectsFrom(cloud, relay, cloud.gateway, 53)).toBe(false);
    service.close();
    await api("DELETE", `/firewalls/${firewall.id}`);
  }, 60_000);

  test("names lead to addresses, and back", async () => {
    const { cloud, relay } = look();
    const { gateway, trustedClient } = cloud.ipv6!;
    await cloud.setDns([
      { name: "sink.receiver.test", type: "AAAA", value: gateway },
      { name: trustedClient, type: "PTR", value: "printer.example.test" },
    ]);
    const resolver = new Resolver();
    resolver.setServers([cloud.gateway]);
    expect(await resolver.resolve6("sink.receiver.test")).toEqual([gateway]);
    await expect(resolver.resolve4("sink.receiver.test")).rejects.toMatchObject({ code: "ENODATA" });
    expect(await resolver.reverse(trustedClient)).toEqual(["printer.example.test"]);
    expect(await resolver.resolve6("relay.example.test")).toEqual([relay.address6]);
    expect(await resolver.reverse(relay.address6!)).toEqual(["relay.example.test"]);
  });
}
