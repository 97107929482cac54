import { DROPLET, TestServer } from "./server";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.stop());

test.each([
  ["without a token", ""],
  ["with a wrong token", "wrong"],
])("%s everything is 401", async (_name, token) => {
  const { status, body } = await server.call("GET", "/account", undefined, token);
  expect(status).toBe(401);
  expect(body).toEqual({
    id: "Unauthorized",
    message: "Unable to authenticate you",
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect((await server.call("GET", "/account")).status).toBe(200);
});

test.each([
  ["GET", "/nothing"],
  ["GET", "/droplets/1"],
  ["DELETE", "/account/keys/1"],
  ["GET", "/firewalls/x"],
  ["PUT", "/firewalls/x"],
  ["GET", "/actions/1"],
  ["GET", "/tags/x"],
  ["GET", "/domains/example.test/records"],
  ["GET", "/reserved_ips/198.51.100.1"],
  ["GET", "/projects/x"],
  ["POST", "/droplets/1/actions"],
])("%s %s of what does not exist is 404", async (method, path) => {
  const { status, body } = await server.call(method, path, method === "GET" ? undefined : {});
  expect([status, body.id]).toEqual([404, "not_found"]);
  expect(body.message).toBe("The resource you requested could not be found.");
});

test("a body that is no JSON is 400, and no internals are told", async () => {
  const { status, body } = await server.call("POST", "/droplets", "{");
  expect([status, body.message]).toEqual([400, "The body is not JSON."]);
});

test("what breaks inside is 500 and goes to the log", async () => {
  server.world.surroundings.applyNetwork = () => Promise.reject(new Error("nft is gone"));
  const { status, body } = await server.call("POST", "/droplets", DROPLET);
  expect([status, body.id]).toEqual([500, "server_error"]);
  expect(JSON.stringify(body)).not.toContain("nft");
  expect(server.log.join()).toContain("nft is gone");
});

test("lists come in pages", async () => {
  for (let number = 0; number < 5; number++) await server.call("POST", "/tags", { name: `t${number}` });
  const names = ({ body }: Awaited<ReturnType<TestServer["call"]>>) =>
    (body.tags as { name: string }[]).map(({ name }) => name);
  const second = await server.call("GET", "/tags?page=2&per_page=2");
  expect(names(second)).toEqual(["t2", "t3"]);
  expect(second.body).toMatchObject({
    meta: { total: 5 },
    links: { pages: { next: expect.stringContaining("page=3&per_page=2") as string } },
  });
  const all = await server.call("GET", "/tags");
  expect(names(all)).toHaveLength(5);
  expect(all.body.links).toEqual({});
});

test("requests are remembered with their answers, oldest first", async () => {
  await server.call("GET", "/account", undefined, "wrong");
  await server.call("POST", "/tags", { name: "mail" });
  await server.call("GET", "/droplets?name=x");
  expect(server.requests).toEqual(["GET /v2/account 401", "POST /v2/tags 201", "GET /v2/droplets 200"]);
});

describe("faults", () => {
  test("answer instead of the API as often as they were told", async () => {
    server.faults.set({ match: "POST /v2/tags", status: 429, retryAfterSeconds: 3, times: 2 });
    const first = await server.call("POST", "/tags", { name: "mail" });
    expect([first.status, first.body.id, first.headers.get("Retry-After")]).toEqual([429, "too_many_requests", "3"]);
    expect((await server.call("GET", "/tags")).body.meta).toEqual({ total: 0 });
    expect((await server.call("POST", "/tags", { name: "mail" })).status).toBe(429);
    expect((await server.call("POST", "/tags", { name: "mail" })).status).toBe(201);
  });

  test("match whole calls, with * for any text", async () => {
    server.faults.set({ match: "GET /v2/tag", status: 503 });
    expect((await server.call("GET", "/tags")).status).toBe(200);
    server.faults.set({ match: "GET /v2/t*", status: 503 });
    expect((await server.call("GET", "/tags")).body.id).toBe("server_error");
  });

  test("are forgotten when cleared", async () => {
    server.faults.set({ match: "*", status: 500, times: 99 });
    server.faults.clear();
    expect((await server.call("GET", "/tags")).status).toBe(200);
  });

  test("without a status keep a droplet from becoming active", async () => {
    server.faults.set({ match: "POST /v2/droplets" });
    const created = await server.call("POST", "/droplets", DROPLET);
    const { id } = created.body.droplet as { id: number };
    const other = (await server.call("POST", "/droplets", DROPLET)).body.droplet as { id: number };
    await server.until(`/droplets/${other.id}`, ({ body }) => (body.droplet as { status: string }).status === "active");
    expect((await server.call("GET", `/droplets/${id}`)).body.droplet).toMatchObject({ status: "new", locked: true });
    expect((await server.call("DELETE", `/droplets/${id}`)).status).toBe(204);
  });
});
