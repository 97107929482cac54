import { spawn, type ChildProcess } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { removeCloud, startCloud } from "../../sandbox/cloud";
import { attempt, run } from "../../sandbox/cloud/run";
import type { Cloud, DropletView } from "../../sandbox/cloud/types";
import { TEST_PREFIX } from "../../sandbox/names";
import { ipv6Tests } from "./cloudIpv6";
import { describeWithIpv6 } from "./ipv6";
import { connects, connectsFrom } from "./reach";

const MINUTE = 60_000;
const NAME = `${TEST_PREFIX}cloudnet`;
const TOKEN = "scenario-token";
/** A host that is not the sandbox's, with a cable of its own to this machine. */
const OUTSIDE = {
  namespace: `${TEST_PREFIX}out`,
  cable: `mo${process.pid}`,
  address: "203.0.113.254",
  near: "203.0.113.253",
};

let cloud: Cloud;
let relay: DropletView;
let client: DropletView;
let hostService: Server;
let outsideService: ChildProcess | undefined;

async function api<T>(method: string, path: string, json?: unknown): Promise<T> {
  const headers = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
  const response = await fetch(`${cloud.apiEndpoint}/v2${path}`, { method, headers, body: JSON.stringify(json) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return JSON.parse(text || "{}") as T;
}

async function createDroplet(name: string, tags: string[], ipv6 = false) {
  const json = { name, region: "fra1", size: "s-1vcpu-1gb", image: "debian-12-x64", tags, ipv6 };
  const { droplet } = await api<{ droplet: { id: number } }>("POST", "/droplets", json);
  for (;;) {
    const view = (await cloud.droplets()).find(({ id }) => id === droplet.id);
    if (view?.status === "active") return view;
    await sleep(100);
  }
}

const reaches = (port: number, localAddress: string, host = relay.address) => connects(port, localAddress, host);
const dropletReaches = (from: { id: number }, host: string, port: number) => connectsFrom(cloud, from, host, port);

const listenIn = (droplet: { id: number }, port: number) =>
  cloud.exec(droplet.id, [
    ...["systemd-run", "--unit", `listen-${port}`, "python3", "-m", "http.server", "--bind", "::", String(port)],
  ]);

const hostPort = () => (hostService.address() as { port: number }).port;

beforeAll(async () => {
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  cloud = await startCloud({ name: NAME, token: TOKEN, release: "bookworm", onProgress });
  [relay, client] = await Promise.all([
    createDroplet("relay.example.test", ["relay"], cloud.ipv6 !== undefined),
    createDroplet("client", []),
  ]);
  for (const port of [2525, 8080]) await listenIn(relay, port);
  hostService = createServer((socket) => socket.destroy()).listen(0, cloud.gateway);
  await once(hostService, "listening");
  while (!((await reaches(2525, cloud.gateway)) && (await reaches(8080, cloud.gateway)))) await sleep(100);
}, 10 * MINUTE);

afterAll(async () => {
  hostService?.close();
  outsideService?.kill();
  await attempt(["ip", "link", "delete", OUTSIDE.cable]);
  await attempt(["ip", "netns", "delete", OUTSIDE.namespace]);
  await removeCloud(NAME);
}, 2 * MINUTE);

test(
  "without a firewall everybody reaches everything",
  async () => {
    for (const from of [cloud.gateway, cloud.trustedClient, cloud.strangerClient]) {
      expect(await reaches(8080, from)).toBe(true);
    }
    expect(await dropletReaches(client, relay.address, 8080)).toBe(true);
    expect(await dropletReaches(relay, cloud.gateway, hostPort())).toBe(true);
  },
  MINUTE,
);

test(
  "a firewall lets in and out what it says, at once, and nothing else",
  async () => {
    const rules = {
      name: "relay",
      droplet_ids: [relay.id],
      inbound_rules: [
        {
          protocol: "tcp",
          ports: "2525",
          sources: { addresses: [`${cloud.trustedClient}/32`], droplet_ids: [client.id] },
        },
      ],
      outbound_rules: [{ protocol: "udp", ports: "53", destinations: { addresses: ["0.0.0.0/0", "::/0"] } }],
    };
    const { firewall } = await api<{ firewall: { id: string } }>("POST", "/firewalls", rules);
    expect(await reaches(2525, cloud.trustedClient)).toBe(true);
    expect(await reaches(2525, cloud.strangerClient)).toBe(false);
    expect(await reaches(2525, cloud.gateway)).toBe(false);
    expect(await reaches(8080, cloud.trustedClient)).toBe(false);
    expect(await dropletReaches(client, relay.address, 2525)).toBe(true);
    expect(await dropletReaches(client, relay.address, 8080)).toBe(false);

    expect(await dropletReaches(relay, cloud.gateway, hostPort())).toBe(false);
    expect(await dropletReaches(relay, client.address, 22)).toBe(false);
    expect(await dropletReaches(relay, "169.254.169.254", 80)).toBe(true);
    expect((await cloud.exec(relay.id, ["getent", "hosts", cloud.gateway])).code).toBe(2);
    expect((await cloud.exec(relay.id, ["getent", "hosts", relay.address])).stdout).toContain("relay.example.test");

    const everything = { protocol: "tcp", ports: "all", destinations: { addresses: ["0.0.0.0/0"] } };
    await api("PUT", `/firewalls/${firewall.id}`, { ...rules, outbound_rules: [everything] });
    expect(await dropletReaches(relay, cloud.gateway, hostPort())).toBe(true);
    expect((await cloud.exec(relay.id, ["timeout", "3", "getent", "hosts", relay.address])).code).not.toBe(0);

    await api("DELETE", `/firewalls/${firewall.id}`);
    expect(await reaches(8080, cloud.strangerClient)).toBe(true);
  },
  2 * MINUTE,
);

test(
  "a firewall with a tag guards the droplets that carry it",
  async () => {
    const ssh = { protocol: "tcp", ports: "22", sources: { addresses: ["0.0.0.0/0"] } };
    const json = { name: "tagged", tags: ["relay"], inbound_rules: [ssh], outbound_rules: [] };
    const { firewall } = await api<{ firewall: { id: string } }>("POST", "/firewalls", json);
    expect(await reaches(22, cloud.gateway)).toBe(true);
    expect(await reaches(8080, cloud.gateway)).toBe(false);
    expect(await reaches(22, cloud.gateway, client.address)).toBe(true);
    await api("DELETE", `/firewalls/${firewall.id}`);
  },
  MINUTE,
);

test(
  "a reserved IP leads to its droplet, for the host and for other droplets",
  async () => {
    const { reserved_ip } = await api<{ reserved_ip: { ip: string } }>("POST", "/reserved_ips", {
      droplet_id: relay.id,
    });
    expect(await reaches(8080, cloud.gateway, reserved_ip.ip)).toBe(true);
    expect(await dropletReaches(client, reserved_ip.ip, 8080)).toBe(true);
    await api("DELETE", `/reserved_ips/${reserved_ip.ip}`);
    expect(await reaches(8080, cloud.gateway, reserved_ip.ip)).toBe(false);
  },
  MINUTE,
);

describeWithIpv6("by IPv6", () => ipv6Tests(() => ({ cloud, relay, client, api })));

test(
  "no mail leaves for the world, as on the real cloud",
  async () => {
    const { namespace, cable, address, near } = OUTSIDE;
    await run(["ip", "netns", "add", namespace]);
    await run(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
    await run(["ip", "address", "add", near, "peer", address, "dev", cable]);
    await run(["ip", "link", "set", cable, "up"]);
    const within = ["ip", "netns", "exec", namespace];
    await run([...within, "ip", "address", "add", address, "peer", near, "dev", "eth0"]);
    await run([...within, "ip", "link", "set", "eth0", "up"]);
    const server = [...within, "python3", "-c", LISTENER, "25", "465", "587", "2525"];
    outsideService = spawn(server[0]!, server.slice(1), { stdio: "ignore" });
    while (!(await dropletReaches(relay, address, 2525))) await sleep(100);
    for (const port of [25, 465, 587]) {
      expect([port, await reaches(port, near, address)]).toEqual([port, true]);
      expect([port, await dropletReaches(relay, address, port)]).toEqual([port, false]);
    }
  },
  2 * MINUTE,
);

const LISTENER = `
import selectors, socket, sys
wait = selectors.DefaultSelector()
for port in sys.argv[1:]:
    wait.register(socket.create_server(("", int(port))), selectors.EVENT_READ)
while True:
    for key, _ in wait.select():
        key.fileobj.accept()[0].close()
`;

test(
  "the resolver answers with what it was told, and with the droplets' names",
  async () => {
    const records = [
      { name: "sink.receiver.test", type: "A", value: cloud.gateway },
      { name: "receiver.test", type: "MX", value: "sink.receiver.test" },
      { name: "receiver.test", type: "TXT", value: `v=spf1 -all "quoted", ${"x".repeat(300)}` },
      { name: "alias.receiver.test", type: "CNAME", value: "sink.receiver.test" },
      { name: cloud.trustedClient, type: "PTR", value: "printer.example.test" },
      { name: "other.example.test", type: "A", value: relay.address },
    ] as const;
    await cloud.setDns([...records]);
    const resolver = new Resolver();
    resolver.setServers([cloud.gateway]);
    expect(await resolver.resolve4("sink.receiver.test")).toEqual([cloud.gateway]);
    expect(await resolver.resolveMx("receiver.test")).toEqual([{ exchange: "sink.receiver.test", priority: 10 }]);
    expect((await resolver.resolveTxt("receiver.test"))[0]!.join("")).toBe(records[2].value);
    expect(await resolver.resolve4("alias.receiver.test")).toEqual([cloud.gateway]);
    expect(await resolver.reverse(cloud.trustedClient)).toEqual(["printer.example.test"]);
    expect(await resolver.resolve4("relay.example.test")).toEqual([relay.address]);
    expect(await resolver.reverse(relay.address)).toEqual(["relay.example.test"]);
    await expect(resolver.resolve4("nobody.example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    await cloud.setDns([]);
    await expect(resolver.resolve4("sink.receiver.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect(await resolver.resolve4("relay.example.test")).toEqual([relay.address]);
  },
  MINUTE,
);
