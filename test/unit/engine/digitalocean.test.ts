import type { Props } from "../../../sandbox/engine/embedded/values";
import type { OldState } from "../../../sandbox/engine/providers/provider";
import { Api } from "./support/api";

jest.setTimeout(60_000);

let api: Api;
let abort: AbortController;

beforeEach(async () => {
  api = new Api();
  await api.start();
  abort = new AbortController();
});

afterEach(() => api.close());

const kind = (type: string) => api.kind(type);
const context = () => ({ name: "mail", signal: abort.signal, log: () => undefined });

function old(inputs: Props, outputs: Props = inputs): OldState {
  return { id: "42", inputs, outputs };
}

describe("errors and retries", () => {
  const SSH_KEY = "digitalocean:index/sshKey:SshKey";
  const inputs = { name: "deploy", publicKey: "ssh-ed25519 AAAA" };
  const made = {
    status: 201,
    body: { ssh_key: { id: 5, name: "deploy", fingerprint: "f", public_key: inputs.publicKey } },
  };

  test("an error says what was asked, the status, the request and the message", async () => {
    const body = { id: "unprocessable_entity", message: "SSH Key is already in use", request_id: "r-1" };
    api.on("POST /v2/account/keys", { status: 422, body });
    await expect(kind(SSH_KEY).create(inputs, context())).rejects.toThrow(
      `POST ${api.endpoint}/v2/account/keys: 422 (request "r-1") SSH Key is already in use`,
    );
    expect(api.requests).toHaveLength(1);
  });

  test("429 waits as long as it is told, 5xx is tried again", async () => {
    const slow = { status: 429, headers: { "Retry-After": "0" }, body: { message: "too many" } };
    const broken = { status: 503, headers: { "Retry-After": "0" }, body: { message: "down" } };
    api.on("POST /v2/account/keys", slow, broken, made);
    expect((await kind(SSH_KEY).create(inputs, context())).id).toBe("5");
    expect(api.requests).toHaveLength(3);
  });

  test("it gives up after five attempts", async () => {
    api.on("POST /v2/account/keys", { status: 429, headers: { "Retry-After": "0" }, body: { message: "too many" } });
    await expect(kind(SSH_KEY).create(inputs, context())).rejects.toThrow(
      `POST ${api.endpoint}/v2/account/keys giving up after 5 attempt(s): 429 too many`,
    );
    expect(api.requests).toHaveLength(5);
  });

  test("an SSH key is renamed in place, replaced for another key, and white space means nothing", async () => {
    api.on("PUT /v2/account/keys/42", { body: made.body });
    const { diff, update } = kind(SSH_KEY);
    expect(diff(old(inputs), { ...inputs, publicKey: `${inputs.publicKey}\n` }).changed).toEqual([]);
    expect(diff(old(inputs), { ...inputs, publicKey: "ssh-rsa B" }).replaces).toEqual(["publicKey"]);
    await update!(old(inputs), { ...inputs, name: "other" }, context());
    expect(api.bodies[0]).toEqual({ name: "other" });
  });

  test("what is gone already counts as deleted", async () => {
    await kind(SSH_KEY).delete(old(inputs), context());
    expect(api.requests).toEqual(["DELETE /v2/account/keys/42"]);
  });
});

describe("Firewall", () => {
  const FIREWALL = "digitalocean:index/firewall:Firewall";
  const ssh: Props = { protocol: "tcp", portRange: "22", sourceAddresses: ["0.0.0.0/0", "::/0"] };
  const ping: Props = { protocol: "icmp", sourceAddresses: ["0.0.0.0/0"] };
  const out: Props = { protocol: "tcp", portRange: "1-65535", destinationAddresses: ["0.0.0.0/0"] };
  const inputs: Props = { name: "fw", inboundRules: [ssh, ping], outboundRules: [out], dropletIds: [42] };
  const body = { firewall: { id: "fw-1", status: "waiting", created_at: "now", pending_changes: [] } };

  test("is created and changed as a whole", async () => {
    api.on("POST /v2/firewalls", { status: 202, body });
    api.on("PUT /v2/firewalls/42", { body });
    const created = await kind(FIREWALL).create(inputs, context());
    expect(created).toMatchObject({ id: "fw-1", outputs: { status: "waiting", inboundRules: [ssh, ping] } });
    expect(api.bodies[0]).toEqual({
      name: "fw",
      inbound_rules: [
        { protocol: "tcp", ports: "22", sources: { addresses: ["0.0.0.0/0", "::/0"] } },
        { protocol: "icmp", ports: "", sources: { addresses: ["0.0.0.0/0"] } },
      ],
      outbound_rules: [{ protocol: "tcp", ports: "1-65535", destinations: { addresses: ["0.0.0.0/0"] } }],
      droplet_ids: [42],
      tags: [],
    });
    await kind(FIREWALL).update!(old(inputs), { ...inputs, inboundRules: [ssh] }, context());
    expect(api.bodies[1]!.inbound_rules).toHaveLength(1);
  });

  test("the order of rules and addresses means nothing; tcp needs ports", () => {
    const { check, diff } = kind(FIREWALL);
    const reordered = { ...inputs, inboundRules: [ping, { ...ssh, sourceAddresses: ["::/0", "0.0.0.0/0"] }] };
    expect(diff(old(inputs), reordered).changed).toEqual([]);
    expect(diff(old(inputs), { ...inputs, inboundRules: [ssh] })).toEqual({ changed: ["inboundRules"], replaces: [] });
    expect(() => check({ ...inputs, inboundRules: [{ protocol: "tcp" }] }, "fw", undefined)).toThrow("port_range");
  });
});

describe("names, addresses and tags", () => {
  test("a DNS record is written without its closing dot in the answer, and shown with it", async () => {
    const record = { id: 9, type: "MX", name: "@", data: "mail.example.com", priority: 10, ttl: 1800, tag: null };
    api.on("POST /v2/domains/example.com/records", { status: 201, body: { domain_record: record } });
    const inputs = { domain: "example.com", type: "MX", name: "@", value: "mail.example.com.", priority: 10 };
    const { create, check } = kind("digitalocean:index/dnsRecord:DnsRecord");
    const { id, outputs } = await create(inputs, context());
    expect(id).toBe("9");
    expect(outputs).toMatchObject({ value: "mail.example.com.", fqdn: "example.com", ttl: 1800 });
    expect(() => check({ ...inputs, priority: undefined as never }, "r", undefined)).toThrow("`priority` is required");
  });

  test("a reserved address is assigned, and given back before it is deleted", async () => {
    const path = "/v2/reserved_ips/198.51.100.4";
    api.on("POST /v2/reserved_ips", { status: 202, body: { reserved_ip: { ip: "198.51.100.4" } } });
    api.on(`POST ${path}/actions`, { status: 201, body: { action: { id: 3, status: "in-progress" } } });
    api.on(`GET ${path}/actions/3`, { body: { action: { id: 3, status: "completed" } } });
    api.on(`GET ${path}`, { body: { reserved_ip: { ip: "198.51.100.4", droplet: { id: 42 } } } });
    api.on(`DELETE ${path}`, { status: 204 });
    const { create, delete: remove } = kind("digitalocean:index/reservedIp:ReservedIp");
    const inputs = { region: "fra1", dropletId: 42 };
    const { id, outputs } = await create(inputs, context());
    expect(outputs.ipAddress).toBe("198.51.100.4");
    await remove({ id, inputs, outputs }, context());
    expect(api.bodies.filter(({ type }) => type !== undefined)).toEqual([
      { type: "assign", droplet_id: 42 },
      { type: "unassign" },
    ]);
    expect(api.requests.at(-1)).toBe(`DELETE ${path}`);
  });

  test("what a project held goes back to the default one", async () => {
    api.on("POST /v2/projects/p1/resources", { body: { resources: [] } });
    api.on("GET /v2/projects/default", { body: { project: { id: "p0" } } });
    api.on("POST /v2/projects/p0/resources", { body: { resources: [] } });
    const { create, update, delete: remove } = kind("digitalocean:index/projectResources:ProjectResources");
    const inputs = { project: "p1", resources: ["do:droplet:1"] };
    const { id, outputs } = await create(inputs, context());
    await update!({ id, inputs, outputs }, { ...inputs, resources: ["do:droplet:2"] }, context());
    await remove({ id, inputs: { ...inputs, resources: ["do:droplet:2"] }, outputs }, context());
    const moves = api.requests.filter((request) => request.startsWith("POST"));
    expect(moves.map((request) => request.split("/")[3])).toEqual(["p1", "p0", "p1", "p0"]);
    expect(api.bodies.flatMap(({ resources }) => (resources as string[] | undefined) ?? [])).toEqual([
      "do:droplet:1",
      "do:droplet:1",
      "do:droplet:2",
      "do:droplet:2",
    ]);
  });

  test("tags and domains are known by their names", async () => {
    api.on("POST /v2/tags", { status: 201, body: { tag: { name: "mail" } } });
    api.on("GET /v2/tags/mail", { body: { tag: { name: "mail", resources: { count: 2, droplets: { count: 2 } } } } });
    api.on("POST /v2/domains", { status: 201, body: { domain: { name: "example.com" } } });
    api.on("GET /v2/domains/example.com", { body: { domain: { name: "example.com", ttl: 1800 } } });
    const tag = await kind("digitalocean:index/tag:Tag").create({ name: "mail" }, context());
    expect(tag).toMatchObject({ id: "mail", outputs: { totalResourceCount: 2, dropletsCount: 2, imagesCount: 0 } });
    const domain = await kind("digitalocean:index/domain:Domain").create({ name: "example.com" }, context());
    expect(domain).toMatchObject({ id: "example.com", outputs: { domainUrn: "do:domain:example.com", ttl: 1800 } });
  });
});
