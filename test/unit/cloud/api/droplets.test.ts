import { generateKeyPairSync } from "node:crypto";
import { parseKey } from "sshpk";
import { DROPLET, TestServer } from "./server";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.stop());

const newKey = () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  return parseKey(publicKey.export({ type: "spki", format: "pem" }), "pem").toString("ssh");
};

const create = async (changes: Record<string, unknown> = {}) => {
  const { status, body } = await server.call("POST", "/droplets", { ...DROPLET, ...changes });
  expect(status).toBe(202);
  return (body.droplet as { id: number }).id;
};
const shown = async (id: number) =>
  (await server.call("GET", `/droplets/${id}`)).body.droplet as Record<string, unknown>;
const untilStatus = (id: number, status: string) =>
  server.until(`/droplets/${id}`, ({ body }) => {
    const droplet = body.droplet as { status: string; locked: boolean };
    return droplet.status === status && !droplet.locked;
  });

describe("SSH keys", () => {
  test("are created once each", async () => {
    const public_key = newKey();
    const { status, body } = await server.call("POST", "/account/keys", { name: "deploy", public_key });
    expect(status).toBe(201);
    const { id, fingerprint } = body.ssh_key as { id: number; fingerprint: string };
    expect(fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect((await server.call("GET", `/account/keys/${fingerprint}`)).body.ssh_key).toMatchObject({ id, public_key });

    const again = await server.call("POST", "/account/keys", { name: "other", public_key: `${public_key} comment` });
    expect([again.status, again.body.message]).toEqual([422, "SSH Key is already in use on your account"]);
    expect((await server.call("DELETE", `/account/keys/${id}`)).status).toBe(204);
    expect((await server.call("POST", "/account/keys", { name: "other", public_key })).status).toBe(201);
  });

  test("must be keys", async () => {
    const { status, body } = await server.call("POST", "/account/keys", { name: "x", public_key: "ssh-rsa nonsense" });
    expect([status, body.message]).toEqual([422, "Key invalid, key should be of the format `type key [comment]`"]);
  });
});

describe("creating a droplet", () => {
  test("is new until its machine is up", async () => {
    let up: () => void = () => undefined;
    server.machines.booting = new Promise((resolve) => (up = resolve));
    const id = await create({ monitoring: true, tags: ["mail"], user_data: "#cloud-config\n" });
    expect(await shown(id)).toMatchObject({ status: "new", locked: true });
    up();
    await untilStatus(id, "active");
    expect(await shown(id)).toMatchObject({
      id,
      name: "mail.example.test",
      region: { slug: "fra1" },
      size_slug: "s-1vcpu-1gb",
      size: { slug: "s-1vcpu-1gb" },
      memory: 1024,
      vcpus: 1,
      disk: 25,
      image: { slug: "ubuntu-24-04-x64" },
      features: ["monitoring"],
      tags: ["mail"],
      volume_ids: [],
      networks: { v4: [{ type: "public", ip_address: "198.51.100.66", gateway: "198.51.100.65" }], v6: [] },
    });
    expect(server.network.names).toEqual({ "198.51.100.66": "mail.example.test" });
  });

  test("hands keys and user data to the machine", async () => {
    const public_key = newKey();
    const { body } = await server.call("POST", "/account/keys", { name: "deploy", public_key });
    const { id, fingerprint } = body.ssh_key as { id: number; fingerprint: string };
    await create({ ssh_keys: [id], user_data: "#cloud-config\n" });
    await create({ ssh_keys: [fingerprint] });
    expect(server.machines.created).toMatchObject([
      {
        name: "mail.example.test",
        address: "198.51.100.66",
        userData: "#cloud-config\n",
        authorizedKeys: [public_key],
      },
      { address: "198.51.100.67", userData: "", authorizedKeys: [public_key] },
    ]);
  });

  test("takes the release from the slug or, where that names none, from the instance", async () => {
    for (const image of ["ubuntu-22-04-x64", "debian-11-x64", "debian-12-x64", "debian-13-x64"])
      await create({ image });
    const releases = server.machines.created.map(({ release }) => release);
    expect(releases).toEqual(["trixie", "bullseye", "bookworm", "trixie"]);
  });

  test.each([
    [{ name: undefined }, "name is required"],
    [{ name: "under_score" }, "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"],
    [{ region: "mars1" }, "You specified an invalid region for Droplet creation."],
    [{ size: "huge" }, "You specified an invalid size for Droplet creation."],
    [{ size: undefined }, "size is required"],
    [{ image: "plan-9-x64" }, "You specified an invalid image for Droplet creation."],
    [{ ssh_keys: [1] }, "1 are invalid key identifiers for Droplet creation."],
    [{ user_data: "x".repeat(65536) }, "User data must be less than 64KiB"],
    [{ tags: "mail" }, "tags must be a list of strings"],
    [{ tags: ["a b"] }, "Tags may contain letters, numbers, colons, dashes, and underscores."],
  ])("with %j is 422", async (changes, message) => {
    const { status, body } = await server.call("POST", "/droplets", { ...DROPLET, ...changes });
    expect([status, body.id, body.message]).toEqual([422, "unprocessable_entity", message]);
    expect(server.machines.created).toEqual([]);
    expect((await server.call("GET", "/droplets")).body.meta).toEqual({ total: 0 });
  });

  test("with ipv6 gives it an address of that version too, and its machine", async () => {
    const id = await create({ ipv6: true });
    const address = "fd6d:7273:2:1::2";
    const v6 = [{ type: "public", ip_address: address, netmask: 64, gateway: "fd6d:7273:2:1::1" }];
    expect(await shown(id)).toMatchObject({ features: ["ipv6"], networks: { v6 } });
    expect(server.machines.created[0]!.address6).toBe(address);
    expect(server.network.names).toEqual({ "198.51.100.66": DROPLET.name, [address]: DROPLET.name });
    const without = await create();
    expect(await shown(without)).toMatchObject({ features: [], networks: { v6: [] } });
    expect(server.machines.created[1]!.address6).toBeUndefined();
  });

  test("with ipv6 is 422 on a machine that has none", async () => {
    server.world.surroundings.hasIpv6 = false;
    const { status, body } = await server.call("POST", "/droplets", { ...DROPLET, ipv6: true });
    expect([status, body.message]).toEqual([422, "The machine this sandbox runs on has no IPv6; leave out ipv6."]);
    expect(server.machines.created).toEqual([]);
    await create();
  });

  test("that fails to boot stays new, and the log tells why", async () => {
    server.machines.booting = Promise.reject(new Error("no sshd"));
    const id = await create();
    expect(await shown(id)).toMatchObject({ status: "new" });
    expect(server.log.join()).toContain("no sshd");
  });

  test("ends when the addresses do, and goes on when one is free again", async () => {
    const ids = [];
    for (let count = 0; count < 29; count++) ids.push(await create());
    expect((await server.call("POST", "/droplets", DROPLET)).status).toBe(422);
    await server.call("DELETE", `/droplets/${ids[0]}`);
    await server.until(`/droplets/${ids[0]}`, ({ status }) => status === 404);
    await create();
  });
});

test("a droplet is there until its machine has gone", async () => {
  const id = await create();
  let gone: () => void = () => undefined;
  server.machines.working = new Promise((resolve) => (gone = resolve));
  expect((await server.call("DELETE", `/droplets/${id}`)).status).toBe(204);
  expect((await server.call("DELETE", `/droplets/${id}`)).status).toBe(204);
  expect(await shown(id)).toMatchObject({ status: "archive" });
  gone();
  await server.until(`/droplets/${id}`, ({ status }) => status === 404);
  expect(server.machines.calls).toEqual([`remove ${id}`]);
  expect(server.network.names).toEqual({});
});

describe("actions", () => {
  let id: number;
  beforeEach(async () => {
    id = await create();
    await untilStatus(id, "active");
  });
  const act = (type: string, more = {}) => server.call("POST", `/droplets/${id}/actions`, { type, ...more });
  const finished = async (type: string, more = {}) => {
    const { status, body } = await act(type, more);
    expect(status).toBe(201);
    const action = body.action as { id: number; status: string };
    expect(action.status).toBe("in-progress");
    const { body: later } = await server.until(
      `/actions/${action.id}`,
      ({ body: { action } }) => (action as { status: string }).status !== "in-progress",
    );
    return (later.action as { status: string }).status;
  };

  test.each([
    ["power_off", "stop ID power", "off"],
    ["shutdown", "stop ID graceful", "off"],
    ["reboot", "reboot ID graceful", "active"],
    ["power_cycle", "reboot ID power", "active"],
  ])("%s", async (type, call, status) => {
    expect(await finished(type)).toBe("completed");
    expect(server.machines.calls).toEqual([call.replace("ID", String(id))]);
    expect(await shown(id)).toMatchObject({ status, locked: false });
  });

  test("power_on follows power_off", async () => {
    await finished("power_off");
    await finished("power_on");
    expect(await shown(id)).toMatchObject({ status: "active" });
  });

  test("rename changes the name, and what the address resolves to", async () => {
    await finished("rename", { name: "relay.example.test" });
    expect(await shown(id)).toMatchObject({ name: "relay.example.test" });
    expect(server.network.names).toEqual({ "198.51.100.66": "relay.example.test" });
  });

  test("enable_ipv6 gives an address, once, and leaves the machine's own network as it is", async () => {
    expect(await finished("enable_ipv6")).toBe("completed");
    expect(await shown(id)).toMatchObject({
      features: ["ipv6"],
      networks: { v6: [{ type: "public", ip_address: "fd6d:7273:2:1::2" }] },
    });
    expect(server.machines.calls).toEqual([]);
    expect((await act("enable_ipv6")).body.message).toBe("This Droplet already has IPv6 enabled.");
  });

  test("resize needs the power off and never shrinks", async () => {
    const refused = await act("resize", { size: "s-2vcpu-4gb" });
    expect([refused.status, refused.body.message]).toEqual([
      422,
      "You must power off this Droplet before resizing it.",
    ]);
    await finished("power_off");
    expect((await act("resize", { size: "s-1vcpu-512mb-10gb" })).body.message).toMatch(/smaller disk/);
    expect(await finished("resize", { size: "s-2vcpu-4gb" })).toBe("completed");
    expect(await shown(id)).toMatchObject({ size_slug: "s-2vcpu-4gb", vcpus: 2 });
  });

  test("one at a time", async () => {
    let done: () => void = () => undefined;
    server.machines.working = new Promise((resolve) => (done = resolve));
    await act("reboot");
    const second = await act("power_off");
    expect([second.status, second.body.message]).toEqual([422, "Droplet already has a pending event."]);
    done();
    await untilStatus(id, "active");
    expect((await act("power_off")).status).toBe(201);
  });

  test("that fail are errored and unlock the droplet", async () => {
    server.machines.working = Promise.reject(new Error("stuck"));
    expect(await finished("reboot")).toBe("errored");
    expect(server.log.join()).toContain("stuck");
    expect(await shown(id)).toMatchObject({ locked: false });
  });

  test("nobody knows are 422", async () => {
    expect((await act("fly")).status).toBe(422);
    expect((await act("")).body.message).toBe("type is required");
  });
});
