import * as pulumi from "@pulumi/pulumi";
import { MailRelay, MailRelayArgs, RelayHostPreset } from "../../../components";
import { createAuthority } from "../../authority";
import { RecordingMocks, settled } from "./recording";

const canary = "canary-Pa55word";

const args: MailRelayArgs = {
  myHostname: "relay.example.com",
  users: [{ login: "alice" }, { login: "printer", password: canary }],
  relayHost: { host: "smtp.example.net", login: "account", password: `${canary}-smart-host` },
  droplet: { region: "fra1", sshSources: ["203.0.113.10/32"], tags: ["mail"] },
};

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG0000000000000000000000000000000000000000000";

const flat = (type: string) => type.replace(/index\/\w+:/, "");

async function deploy(given: MailRelayArgs, preview = false): Promise<{ relay: MailRelay; mocks: RecordingMocks }> {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, "pulumi-mail-relay", "test", preview);
  const relay = new MailRelay("relay", given);
  // The last resource registers only when everything before it has; in preview its result stays unknown.
  const last = given.droplet ? "relay-listeners-firewall" : "relay-proof";
  while (!mocks.resources.some(({ name }) => name === last)) await new Promise((next) => setTimeout(next, 5));
  return { relay, mocks };
}

const dropletGraph = [
  ["command:remote:Command", "relay-apply"],
  ["tls:PrivateKey", "relay-deploy-key"],
  ["command:remote:Command", "relay-drain"],
  ["digitalocean:Droplet", "relay-droplet"],
  ["digitalocean:Firewall", "relay-firewall"],
  ["tls:PrivateKey", "relay-host-key"],
  ["command:remote:Command", "relay-install"],
  ["digitalocean:Firewall", "relay-listeners-firewall"],
  ["random:RandomPassword", "relay-password-alice"],
  ["command:remote:Command", "relay-proof"],
  ["digitalocean:SshKey", "relay-ssh-key"],
  ["command:remote:Command", "relay-users"],
  ["mail-relay:index:MailRelay", "relay"],
];

const byName = (a: string[], b: string[]) => (a[1]! < b[1]! ? -1 : 1);

test.each([false, true])("a droplet relay has exactly the promised children (preview: %s)", async (preview) => {
  const { mocks } = await deploy(args, preview);
  const seen = mocks.resources.map(({ type, name }) => [flat(type), name]);
  expect(seen.sort(byName)).toEqual([...dropletGraph].sort(byName));
});

test("a given host needs no key, droplet or firewall", async () => {
  const { mocks } = await deploy({
    myHostname: "relay.example.com",
    users: [{ login: "alice", password: canary }],
    host: { address: "192.0.2.5", hostKey, privateKey: "private", user: "ubuntu" },
  });
  const names = mocks.resources.map(({ name }) => name).sort();
  expect(names).toEqual(["relay", "relay-apply", "relay-install", "relay-proof", "relay-users"]);
  expect(mocks.named("relay-install").inputs.create).toBe("sudo -n bash -s install");
});

test("the component's own inputs are empty, so nothing of the arguments is kept in clear", async () => {
  const { mocks } = await deploy(args);
  expect(mocks.named("relay").inputs).toEqual({});
});

test("no password is in a command line, and standard input is secret as a whole", async () => {
  const { mocks } = await deploy(args);
  for (const step of ["install", "users", "apply", "proof"]) {
    const { inputs } = mocks.named(`relay-${step}`);
    expect(inputs.create).not.toContain(canary);
    expect(inputs.update).toBeUndefined();
    expect(inputs.delete).toBeUndefined();
    expect(inputs.environment).toBeUndefined();
    expect(inputs.addPreviousOutputInEnv).toBe(false);
    expect(inputs.stdin).toMatchObject({ [secretSignature]: secretMark });
  }
});

// How the SDK marks a secret on the wire, and therefore in what mocks see.
const secretSignature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

test("every connection pins the host key", async () => {
  const { mocks } = await deploy(args);
  for (const step of ["install", "users", "apply", "proof", "drain"]) {
    const connection = unwrapped(mocks.named(`relay-${step}`).inputs.connection) as Record<string, unknown>;
    expect(connection.hostKey).toBe("ssh-ed25519 relay-host-key\n");
    expect(connection.host).toBe("192.0.2.33");
  }
});

test("the firewalls let in SSH from the given sources, ICMP and the listeners, nothing else", async () => {
  const { mocks } = await deploy(args);
  const inbound = (name: string) => {
    const rules = mocks.named(name).inputs.inboundRules as { portRange?: string; sourceAddresses: string[] }[];
    return rules.map(({ portRange, sourceAddresses }) => [portRange, sourceAddresses]);
  };
  const [everywhere, byIpv4] = [["0.0.0.0/0", "::/0"], ["0.0.0.0/0"]];
  expect(inbound("relay-firewall")).toEqual([
    ["22", ["203.0.113.10/32"]],
    [undefined, everywhere],
  ]);
  expect(inbound("relay-listeners-firewall")).toEqual([
    ["25", byIpv4],
    ["587", byIpv4],
  ]);
  expect(mocks.named("relay-listeners-firewall").inputs.outboundRules).toBeUndefined();
});

test.each<[string, Partial<MailRelayArgs>, string[]]>([
  ["a smart host", {}, ["2525"]],
  ["delivery by MX", { relayHost: undefined }, ["25"]],
  [
    "smart hosts on several ports, each once",
    {
      relayRoutes: [
        { senders: ["@a.example"], relayHost: { host: "a.example", port: 465 } },
        {
          senders: ["@b.example"],
          relayHost: {
            preset: RelayHostPreset.Ses,
            region: "eu-west-1",
            login: "AKIAIOSFODNN7EXAMPLE",
            password: canary,
          },
        },
      ],
      transports: [{ destinations: ["c.example"], relayHost: { host: "c.example" } }],
    },
    ["2525", "465", "2587"],
  ],
])("the firewall lets out what %s needs, and else only names, time and packages", async (_, change, ports) => {
  const { mocks } = await deploy({ ...args, ...change });
  const rules = mocks.named("relay-firewall").inputs.outboundRules as { protocol: string; portRange?: string }[];
  expect(rules.map(({ protocol, portRange }) => `${protocol} ${portRange}`)).toEqual([
    "udp 53",
    "tcp 53",
    "udp 123",
    "tcp 80",
    "tcp 443",
    ...ports.map((port) => `tcp ${port}`),
    "icmp undefined",
  ]);
  expect(JSON.stringify(mocks.named("relay-firewall").inputs)).not.toContain(canary);
});

test("half a login of a route is refused under its own path", async () => {
  await pulumi.runtime.setMocks(new RecordingMocks());
  const relayRoutes = [{ senders: ["@a.example"], relayHost: { host: "a.example", login: "a" } }];
  expect(() => new MailRelay("half", { ...args, relayRoutes })).toThrow(
    /relayRoutes\[0\]\.relayHost\.password: missing/,
  );
});

const dropletArgs = args.droplet!;

test("with droplet alerts DigitalOcean watches disk, memory and pings of this droplet", async () => {
  const alerts = { emails: ["ops@example.net"], diskPercent: 70 };
  const { mocks } = await deploy({ ...args, droplet: { ...dropletArgs, alerts } });
  const watched = ["disk", "memory"].map((role) => mocks.named(`relay-${role}-alert`).inputs);
  expect(watched.map(({ value, entities, alerts: told }) => [value, entities, told])).toEqual([
    [70, ["relay-droplet-id"], { emails: ["ops@example.net"] }],
    [90, ["relay-droplet-id"], { emails: ["ops@example.net"] }],
  ]);
  expect(mocks.named("relay-uptime").inputs).toMatchObject({ type: "ping", target: "192.0.2.33" });
  expect(mocks.named("relay-uptime-alert").inputs).toMatchObject({ type: "down", checkId: "relay-uptime-id" });
});

test.each([
  [dropletArgs, true],
  [{ ...dropletArgs, drainSeconds: 30 }, true],
  [{ ...dropletArgs, drainSeconds: 0 }, false],
])("the drain does nothing before its end, and with no time for it nothing then", async (droplet, drains) => {
  const { mocks } = await deploy({ ...args, droplet });
  const { inputs } = mocks.named("relay-drain");
  expect([inputs.create, inputs.update]).toEqual([undefined, undefined]);
  expect(typeof inputs.delete).toBe(drains ? "string" : "undefined");
  expect(inputs.triggers).toEqual(["relay-droplet-id"]);
  expect(JSON.stringify(inputs.delete) ?? "").not.toContain(canary);
  expect(inputs.stdin).toMatchObject({ [secretSignature]: secretMark });
});

test("user data is secret and holds no password", async () => {
  const { mocks } = await deploy(args);
  const { userData } = mocks.named("relay-droplet").inputs;
  expect(userData).toMatchObject({ [secretSignature]: secretMark });
  expect(JSON.stringify(userData)).not.toContain(canary);
  expect(JSON.stringify(userData)).toContain("#cloud-config");
});

test("logins are secret, the rest of the outputs is not", async () => {
  const { relay } = await deploy(args);
  expect(await settled(relay.logins)).toEqual({
    value: { alice: "generated for relay-password-alice", printer: canary },
    secret: true,
  });
  for (const open of [relay.hostname, relay.address, relay.dropletId, relay.endpoints, relay.facts, relay.masterCf]) {
    expect((await settled(open as pulumi.Output<unknown>)).secret).toBe(false);
  }
  const { value: mainCf, secret } = await settled(relay.mainCf);
  expect(secret).toBe(false);
  expect(mainCf).not.toContain(canary);
});

test("wrong plain arguments throw at once, before any resource exists", async () => {
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks);
  const wrong = { ...args, myNetworks: ["0.0.0.0/0"], users: [{ login: "a b", password: "" }] };
  expect(() => new MailRelay("wrong", wrong)).toThrow(pulumi.RunError);
  expect(() => new MailRelay("wrong", wrong)).toThrow(/users\[0\]\.login.*myNetworks\[0\].*users\[0\]\.password/s);
  expect(mocks.resources.filter(({ name }) => name !== "wrong")).toEqual([]);
});

test("a key that does not belong to its certificate is refused at once, and not shown", async () => {
  await pulumi.runtime.setMocks(new RecordingMocks());
  const { certificate } = createAuthority().issue("relay.example.com");
  const { privateKey } = createAuthority();
  const wrong = () => new MailRelay("wrong", { ...args, tls: { certificate, privateKey } });
  expect(wrong).toThrow(/tls\.privateKey: does not belong/);
  expect(wrong).not.toThrow(privateKey.split("\n")[1]);
});

test("half a smart host login is refused", async () => {
  await pulumi.runtime.setMocks(new RecordingMocks());
  const half = { ...args, relayHost: { host: "smtp.example.net", login: "account" } };
  expect(() => new MailRelay("half", half)).toThrow(/relayHost\.password: missing/);
});

test("what is not known yet is not complained about", async () => {
  const later = pulumi.output(new Promise<string>((done) => setTimeout(() => done("relay.example.com"), 1)));
  const { mocks } = await deploy({ ...args, myHostname: later });
  expect(mocks.named("relay-droplet").inputs.name).toBe("relay.example.com");
});

function unwrapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[secretSignature] === secretMark)
    return unwrapped((value as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapped(item)]));
}
