import { createHash } from "node:crypto";
import type { Props } from "../../../sandbox/engine/embedded/values";
import { IncompleteError, type OldState } from "../../../sandbox/engine/providers/provider";
import { Api, droplet } from "./support/api";

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

const DROPLET = "digitalocean:index/droplet:Droplet";
const INPUTS: Props = {
  name: "mail",
  image: "ubuntu-24-04-x64",
  size: "s-1vcpu-1gb",
  region: "fra1",
  sshKeys: ["17", "aa:bb"],
  monitoring: true,
  tags: ["mail"],
  userData: "#!/bin/sh\n",
};

function old(inputs: Props, outputs: Props = inputs): OldState {
  return { id: "42", inputs, outputs };
}

test("is created, waited for, and described in the SDK's words", async () => {
  api.on("POST /v2/droplets", { status: 202, ...droplet({ status: "new", networks: { v4: [], v6: [] } }) });
  api.on("GET /v2/droplets/42", droplet({ status: "new" }), droplet({ locked: true }), droplet());
  const { id, outputs } = await kind(DROPLET).create(INPUTS, context());
  expect(id).toBe("42");
  expect(outputs).toMatchObject({
    name: "mail",
    ipv4Address: "203.0.113.9",
    ipv4AddressPrivate: "10.1.0.2",
    dropletUrn: "do:droplet:42",
    region: "fra1",
    size: "s-1vcpu-1gb",
    image: "ubuntu-24-04-x64",
    monitoring: true,
    backups: false,
    priceMonthly: 6,
    userData: createHash("sha1").update("#!/bin/sh\n").digest("hex"),
  });
  expect(api.bodies[0]).toMatchObject({
    name: "mail",
    ssh_keys: [17, "aa:bb"],
    image: "ubuntu-24-04-x64",
    user_data: "#!/bin/sh\n",
    monitoring: true,
  });
  expect(api.requests).toEqual(["POST /v2/droplets", ...Array<string>(3).fill("GET /v2/droplets/42")]);
  expect([...api.authorizations]).toEqual(["Bearer token-1"]);
});

test("an error while waiting keeps the droplet that was paid for", async () => {
  api.on("POST /v2/droplets", { status: 202, ...droplet() });
  const error = await kind(DROPLET)
    .create(INPUTS, context())
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(IncompleteError);
  expect((error as IncompleteError).created.id).toBe("42");
  expect((error as Error).message).toContain("Error retrieving droplet: GET ");
});

test.each([
  ["userData", "#!/bin/bash\n"],
  ["image", "debian-12-x64"],
  ["region", "ams3"],
  ["sshKeys", ["18"]],
  ["monitoring", false],
  ["dropletAgent", true],
  ["vpcUuid", "cccc"],
  ["publicNetworking", false],
])("%s replaces", (key, value) => {
  const diff = kind(DROPLET).diff(old(INPUTS), { ...INPUTS, [key]: value });
  expect(diff).toEqual({ changed: [key], replaces: [key] });
});

test.each([
  ["name", "other"],
  ["tags", ["other"]],
  ["backups", true],
  ["size", "s-2vcpu-2gb"],
  ["resizeDisk", false],
  ["ipv6", true],
])("%s is changed in place", (key, value) => {
  const diff = kind(DROPLET).diff(old(INPUTS), { ...INPUTS, [key]: value });
  expect(diff).toEqual({ changed: [key], replaces: [] });
});

test("ipv6 cannot be switched off in place; order and defaults mean nothing", () => {
  const { diff } = kind(DROPLET);
  expect(diff(old({ ...INPUTS, ipv6: true }), INPUTS)).toEqual({ changed: ["ipv6"], replaces: ["ipv6"] });
  const same: Props = { ...INPUTS, sshKeys: ["aa:bb", "17"], backups: false, gracefulShutdown: false };
  delete same.region;
  expect(diff(old(INPUTS), same)).toEqual({ changed: [], replaces: [] });
});

test("a new size powers off, resizes, and powers on", async () => {
  api.on("POST /v2/droplets/42/actions", { status: 201, body: { action: { id: 7, status: "in-progress" } } });
  api.on("GET /v2/actions/7", { body: { action: { id: 7, status: "completed" } } });
  api.on("GET /v2/droplets/42", droplet({ status: "off" }), droplet({ size: { slug: "s-2vcpu-2gb" } }));
  const outputs = await kind(DROPLET).update!(old(INPUTS), { ...INPUTS, size: "s-2vcpu-2gb" }, context());
  expect(outputs.size).toBe("s-2vcpu-2gb");
  expect(api.bodies.filter(({ type }) => type !== undefined)).toEqual([
    { type: "power_off" },
    { type: "resize", size: "s-2vcpu-2gb", disk: true },
    { type: "power_on" },
  ]);
});

test("new tags are carried out without touching power", async () => {
  api.on("GET /v2/droplets/42", droplet({ tags: ["new"] }));
  api.on("DELETE /v2/tags/mail/resources", { status: 204 });
  api.on("POST /v2/tags", { status: 201, body: { tag: {} } });
  api.on("POST /v2/tags/new/resources", { status: 204 });
  const outputs = await kind(DROPLET).update!(old(INPUTS), { ...INPUTS, tags: ["new"] }, context());
  expect(outputs).toMatchObject({ tags: ["new"] });
  expect(api.requests).toContain("DELETE /v2/tags/mail/resources");
  expect(api.requests).toContain("POST /v2/tags/new/resources");
});

test("what waits for the droplet forgets the changes to come, and the outputs tell", async () => {
  api.on("POST /v2/droplets/42/actions", { status: 201, body: { action: { id: 7, status: "in-progress" } } });
  api.on("GET /v2/droplets/42", droplet({ name: "post" }));
  const wanted = { ...INPUTS, name: "post", tags: ["new"], ipv6: true };
  const outputs = await kind(DROPLET).update!(old(INPUTS), wanted, context());
  expect(outputs).toMatchObject({ name: "post", tags: ["mail"], ipv6: false });
  expect(api.bodies.filter(({ type }) => type !== undefined)).toEqual([{ type: "rename", name: "post" }]);
});

test("with a name of its own is deleted before it is replaced, unless the provider chose the name", () => {
  const { check, diff } = kind(DROPLET);
  const given = check(INPUTS, "mail", undefined);
  expect(diff(old(given), { ...given, region: "ams3" }).deleteBeforeReplace).toBe(true);
  expect(diff(old(given), { ...given, tags: [] }).deleteBeforeReplace).toBeUndefined();
  const chosen = check({ ...INPUTS, name: undefined as never }, "mail", undefined);
  expect(diff(old(chosen), { ...chosen, region: "ams3" }).deleteBeforeReplace).toBeUndefined();
});

test("is deleted and waited for until it is gone", async () => {
  const notFound = { status: 404, body: { id: "not_found", message: "gone" } };
  api.on("GET /v2/droplets/42", droplet({ locked: true }), droplet(), droplet(), notFound);
  api.on("DELETE /v2/droplets/42", { status: 204 });
  await kind(DROPLET).delete(old(INPUTS), context());
  expect(api.requests.map((request) => request.split(" ")[0])).toEqual(["GET", "GET", "DELETE", "GET", "GET"]);
  expect(api.bodies.some(({ type }) => type === "shutdown")).toBe(false);
});

test("is shut down first if the program wants that", async () => {
  api.on("GET /v2/droplets/42", droplet(), droplet({ status: "off" }), { status: 404, body: { message: "gone" } });
  api.on("POST /v2/droplets/42/actions", { status: 201, body: { action: { id: 7 } } });
  api.on("DELETE /v2/droplets/42", { status: 204 });
  await kind(DROPLET).delete(old({ ...INPUTS, gracefulShutdown: true }), context());
  expect(api.bodies).toContainEqual({ type: "shutdown" });
  expect(api.requests.indexOf("POST /v2/droplets/42/actions")).toBeLessThan(
    api.requests.indexOf("DELETE /v2/droplets/42"),
  );
});

test("a name is made up once and kept", () => {
  const { check } = kind(DROPLET);
  const unnamed: Props = { ...INPUTS };
  delete unnamed.name;
  const first = check(unnamed, "mail", undefined);
  expect(first.name).toMatch(/^mail-[0-9a-f]{7}$/);
  expect(check(unnamed, "mail", first).name).toBe(first.name);
});

test("cancelling ends the wait", async () => {
  api.on("POST /v2/droplets", { status: 202, ...droplet() });
  api.on("GET /v2/droplets/42", droplet({ status: "new" }));
  const running = kind(DROPLET).create(INPUTS, context());
  while (!api.requests.includes("GET /v2/droplets/42")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  abort.abort(new Error("cancelled"));
  await expect(running).rejects.toThrow("Error waiting for droplet (42)");
});
