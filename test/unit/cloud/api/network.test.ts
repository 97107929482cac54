import { DROPLET, TestServer } from "./server";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.stop());

const droplet = async (changes: Record<string, unknown> = {}) => {
  const { body } = await server.call("POST", "/droplets", { ...DROPLET, ...changes });
  return body.droplet as { id: number };
};

const SSH = { protocol: "tcp", ports: "22", sources: { addresses: ["192.0.2.0/24", "::/0"] } };
const ALL_OUT = { protocol: "udp", ports: "all", destinations: { addresses: ["0.0.0.0/0"] } };

const firewall = async (changes: Record<string, unknown>) => {
  const { status, body } = await server.call("POST", "/firewalls", {
    name: "fw",
    inbound_rules: [SSH],
    outbound_rules: [ALL_OUT],
    ...changes,
  });
  expect(status).toBe(202);
  return body.firewall as { id: string };
};

describe("firewalls", () => {
  test("are shown as they were given, with all ports as 0", async () => {
    const { id } = await droplet();
    const { id: firewallId } = await firewall({ droplet_ids: [id] });
    expect((await server.call("GET", `/firewalls/${firewallId}`)).body.firewall).toMatchObject({
      name: "fw",
      status: "succeeded",
      pending_changes: [],
      droplet_ids: [id],
      tags: [],
      inbound_rules: [SSH],
      outbound_rules: [{ ...ALL_OUT, ports: "0" }],
    });
  });

  test("guard the droplets they name, and those with their tags, also later ones", async () => {
    const named = await droplet();
    await droplet({ name: "other" });
    await firewall({ droplet_ids: [named.id], tags: ["mail"] });
    expect(server.network.guarded.map(({ id }) => id)).toEqual([named.id]);
    const tagged = await droplet({ tags: ["mail"] });
    expect(server.network.guarded).toEqual([
      {
        id: named.id,
        address: "198.51.100.66",
        inbound: [{ protocol: "tcp", ports: "22", peers: ["192.0.2.0/24", "::/0"] }],
        outbound: [{ protocol: "udp", ports: undefined, peers: ["0.0.0.0/0"] }],
      },
      expect.objectContaining({ id: tagged.id, address: "198.51.100.68" }),
    ]);
  });

  test("add up when a droplet has several", async () => {
    const { id } = await droplet();
    await firewall({ droplet_ids: [id] });
    await firewall({ name: "second", droplet_ids: [id], inbound_rules: [{ ...SSH, ports: "25" }], outbound_rules: [] });
    expect(server.network.guarded[0]!.inbound.map(({ ports }) => ports)).toEqual(["22", "25"]);
  });

  test("know droplets and tags as the other side", async () => {
    const { id } = await droplet();
    const peer = await droplet({ tags: ["client"], ipv6: true });
    const sources = { droplet_ids: [peer.id], tags: ["client", "unused"] };
    await firewall({ droplet_ids: [id], inbound_rules: [{ ...SSH, sources }] });
    expect(server.network.guarded[0]!.inbound[0]!.peers).toEqual(["198.51.100.67", "fd6d:7273:2:1::2"]);
  });

  test("can be changed and removed", async () => {
    const { id } = await droplet();
    const { id: firewallId } = await firewall({ droplet_ids: [id] });
    const changed = { name: "fw", droplet_ids: [id], inbound_rules: [], outbound_rules: [ALL_OUT] };
    expect((await server.call("PUT", `/firewalls/${firewallId}`, changed)).status).toBe(200);
    expect(server.network.guarded[0]!.inbound).toEqual([]);
    expect((await server.call("DELETE", `/firewalls/${firewallId}`)).status).toBe(204);
    expect(server.network.guarded).toEqual([]);
  });

  test("let go of a droplet that is deleted or loses the tag", async () => {
    const { id } = await droplet();
    const tagged = await droplet({ tags: ["mail"] });
    const { id: firewallId } = await firewall({ droplet_ids: [id], tags: ["mail"] });
    await server.call("DELETE", `/droplets/${id}`);
    await server.until(`/droplets/${id}`, ({ status }) => status === 404);
    expect((await server.call("GET", `/firewalls/${firewallId}`)).body.firewall).toMatchObject({ droplet_ids: [] });
    const resources = [{ resource_id: String(tagged.id), resource_type: "droplet" }];
    expect((await server.call("DELETE", "/tags/mail/resources", { resources })).status).toBe(204);
    expect(server.network.guarded).toEqual([]);
  });

  test.each([
    [{ name: "" }, "name is required"],
    [{ inbound_rules: [], outbound_rules: [] }, "must have at least one rule"],
    [{ droplet_ids: [4711] }, "droplet 4711 does not exist"],
    [{ droplet_ids: Array(11).fill(1) }, "a firewall can have at most 10 droplets"],
    [{ tags: ["a", "b", "c", "d", "e", "f"] }, "a firewall can have at most 5 tags"],
    [{ inbound_rules: [{ ...SSH, protocol: "sctp" }] }, "protocol sctp is unknown"],
    [{ inbound_rules: [{ ...SSH, ports: "90-80" }] }, 'ports "90-80" is not a port or range'],
    [{ inbound_rules: [{ ...SSH, ports: "22; drop" }] }, 'ports "22; drop" is not a port or range'],
    [{ inbound_rules: [{ ...SSH, sources: { addresses: ["home"] } }] }, "home is not an address or CIDR"],
    [{ inbound_rules: [{ ...SSH, sources: {} }] }, "sources must not be empty"],
    [
      { inbound_rules: [{ ...SSH, sources: { load_balancer_uids: ["x"] } }] },
      "This sandbox has nothing that load_balancer_uids could name.",
    ],
  ])("with %j are 422", async (changes, message) => {
    const json = { name: "fw", inbound_rules: [SSH], outbound_rules: [ALL_OUT], ...changes };
    const { status, body } = await server.call("POST", "/firewalls", json);
    expect([status, body.message]).toEqual([422, message]);
    expect((await server.call("GET", "/firewalls")).body.meta).toEqual({ total: 0 });
  });

  test("have names of their own", async () => {
    await firewall({});
    const { status } = await server.call("POST", "/firewalls", { name: "fw", inbound_rules: [SSH] });
    expect(status).toBe(422);
  });
});

test("a tag counts its droplets", async () => {
  await droplet({ tags: ["mail"] });
  expect((await server.call("GET", "/tags/mail")).body.tag).toMatchObject({
    name: "mail",
    resources: { droplets: { count: 1 }, images: { count: 0 }, databases: { count: 0 } },
  });
  expect((await server.call("DELETE", "/tags/mail")).status).toBe(204);
  expect((await server.call("GET", "/droplets?tag_name=mail")).body.meta).toEqual({ total: 0 });
});

describe("reserved IPs", () => {
  test("follow their droplet", async () => {
    const { id } = await droplet();
    const { status, body } = await server.call("POST", "/reserved_ips", { region: "fra1" });
    expect(status).toBe(202);
    const { ip } = body.reserved_ip as { ip: string };
    expect(server.network.reserved).toEqual({});
    const assign = await server.call("POST", `/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: id });
    expect(assign.status).toBe(201);
    const { id: actionId } = assign.body.action as { id: number };
    await server.until(
      `/reserved_ips/${ip}/actions/${actionId}`,
      ({ body }) => (body.action as { status: string }).status === "completed",
    );
    expect(server.network.reserved).toEqual({ [ip]: "198.51.100.66" });
    expect((await server.call("GET", `/reserved_ips/${ip}`)).body.reserved_ip).toMatchObject({ ip, droplet: { id } });

    await server.call("DELETE", `/droplets/${id}`);
    await server.until(`/droplets/${id}`, ({ status }) => status === 404);
    expect((await server.call("GET", `/reserved_ips/${ip}`)).body.reserved_ip).toMatchObject({ droplet: null });
    expect((await server.call("DELETE", `/reserved_ips/${ip}`)).status).toBe(204);
  });

  test("can be born assigned, and do nothing but be assigned", async () => {
    const { id } = await droplet();
    const { body } = await server.call("POST", "/reserved_ips", { droplet_id: id });
    const { ip } = body.reserved_ip as { ip: string };
    expect(server.network.reserved).toEqual({ [ip]: "198.51.100.66" });
    expect((await server.call("POST", `/reserved_ips/${ip}/actions`, { type: "fly" })).status).toBe(422);
    expect((await server.call("POST", "/reserved_ips", { region: "mars1" })).status).toBe(422);
  });
});

describe("domains", () => {
  beforeEach(() => server.call("POST", "/domains", { name: "example.test" }));
  const record = (json: Record<string, unknown>) => server.call("POST", "/domains/example.test/records", json);

  test("keep records, names in them without the final dot", async () => {
    const { status, body } = await record({ type: "MX", name: "@", data: "mail.example.test.", priority: 10 });
    expect(status).toBe(201);
    const { id } = body.domain_record as { id: number };
    const path = `/domains/example.test/records/${id}`;
    expect((await server.call("GET", path)).body.domain_record).toMatchObject({
      id,
      type: "MX",
      name: "@",
      data: "mail.example.test",
      priority: 10,
      ttl: 1800,
    });
    await server.call("PUT", path, { ttl: 60 });
    const changed = await server.call("GET", path);
    expect(changed.body.domain_record).toMatchObject({ id, data: "mail.example.test", priority: 10, ttl: 60 });
    expect((await server.call("DELETE", path)).status).toBe(204);
    expect((await server.call("GET", "/domains/example.test/records")).body.meta).toEqual({ total: 0 });
  });

  test("are answered by the cloud's name servers, under full names", async () => {
    await record({ type: "A", name: "@", data: "192.0.2.1" });
    await record({ type: "MX", name: "@", data: "@", priority: 10 });
    await record({ type: "CAA", name: "@", data: "ca.test", flags: 0, tag: "issue" });
    const { body } = await record({ type: "TXT", name: "_acme-challenge.relay", data: "proof", ttl: 30 });
    const { id } = body.domain_record as { id: number };
    const others = [
      { type: "A", name: "example.test", value: "192.0.2.1" },
      { type: "MX", name: "example.test", value: "example.test" },
    ];
    const named = await server.call(
      "GET",
      "/domains/example.test/records?type=TXT&name=_acme-challenge.relay.example.test",
    );
    expect(named.body.domain_records).toEqual([body.domain_record]);
    expect((await server.call("GET", "/domains/example.test/records?type=AAAA")).body.domain_records).toEqual([]);
    const proof = { type: "TXT", name: "_acme-challenge.relay.example.test", value: "proof" };
    expect(server.network.records).toEqual([...others, proof]);
    await server.call("PUT", `/domains/example.test/records/${id}`, { data: "other" });
    expect(server.network.records).toEqual([...others, { ...proof, value: "other" }]);
    await server.call("DELETE", `/domains/example.test/records/${id}`);
    expect(server.network.records).toEqual(others);
    await server.call("DELETE", "/domains/example.test");
    expect(server.network.records).toEqual([]);
  });

  test.each([
    [{ type: "TLSA", data: "3 1 1 0" }, "Type is not included in the list"],
    [{ type: "TXT", data: "x".repeat(513) }, "Data is too long (maximum is 512 characters)"],
    [{ type: "A" }, "data is required"],
  ])("refuse %j", async (json, message) => {
    const { status, body } = await record(json);
    expect([status, body.message]).toEqual([422, message]);
  });

  test("exist once and go with their records", async () => {
    expect((await server.call("POST", "/domains", { name: "example.test" })).status).toBe(422);
    expect((await server.call("DELETE", "/domains/example.test")).status).toBe(204);
    expect((await record({ type: "A", data: "192.0.2.1" })).status).toBe(404);
  });
});

test("projects keep what they are told", async () => {
  const json = { name: "mail", purpose: "Service or API", environment: "Development" };
  const { status, body } = await server.call("POST", "/projects", json);
  expect(status).toBe(201);
  const { id } = body.project as { id: string };
  await server.call("PUT", `/projects/${id}`, { ...json, name: "post" });
  expect((await server.call("GET", `/projects/${id}`)).body.project).toMatchObject({ ...json, name: "post" });
  const held = async () => (await server.call("GET", `/projects/${id}/resources`)).body.resources as { urn: string }[];
  expect(await held()).toEqual([]);
  await server.call("POST", `/projects/${id}/resources`, { resources: ["do:droplet:1"] });
  expect((await held()).map(({ urn }) => urn)).toEqual(["do:droplet:1"]);
  await server.call("POST", "/projects/default/resources", { resources: ["do:droplet:1"] });
  expect(await held()).toEqual([]);
  expect((await server.call("DELETE", `/projects/${id}`)).status).toBe(204);
});
