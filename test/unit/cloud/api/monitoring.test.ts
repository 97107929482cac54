import { TestServer } from "./server";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.stop());

const channels = { email: ["ops@example.net"] };
const policy = {
  type: "v1/insights/droplet/disk_utilization_percent",
  description: "disk",
  compare: "GreaterThan",
  value: 85,
  window: "5m",
  entities: ["7"],
  enabled: true,
  alerts: channels,
};
const check = { name: "relay", type: "ping", target: "192.0.2.1", enabled: true };
const alert = { name: "down", type: "down", period: "2m", notifications: channels };

test("alert policies are kept, changed and deleted", async () => {
  const { status, body } = await server.call("POST", "/monitoring/alerts", policy);
  expect(status).toBe(201);
  const { uuid } = body.policy as { uuid: string };
  await server.call("PUT", `/monitoring/alerts/${uuid}`, { ...policy, value: 90 });
  const { body: list } = await server.call("GET", "/monitoring/alerts");
  expect(list.policies).toMatchObject([{ uuid, value: 90, entities: ["7"] }]);
  expect((await server.call("DELETE", `/monitoring/alerts/${uuid}`)).status).toBe(204);
  expect((await server.call("GET", `/monitoring/alerts/${uuid}`)).status).toBe(404);
});

test("uptime alerts belong to their check, and go with it", async () => {
  const { id } = (await server.call("POST", "/uptime/checks", check)).body.check as { id: string };
  const alerts = `/uptime/checks/${id}/alerts`;
  expect((await server.call("POST", alerts, alert)).status).toBe(201);
  await server.call("PUT", `/uptime/checks/${id}`, { ...check, name: "other" });
  expect((await server.call("GET", alerts)).body.alerts).toMatchObject([{ type: "down" }]);
  expect((await server.call("DELETE", `/uptime/checks/${id}`)).status).toBe(204);
  expect((await server.call("GET", alerts)).status).toBe(404);
});

test.each([
  ["/monitoring/alerts", { ...policy, window: "1m" }, "window is not one of 5m, 10m, 30m, 1h"],
  ["/monitoring/alerts", { ...policy, type: "mail" }, "type is not an alert type"],
  ["/monitoring/alerts", { ...policy, alerts: {} }, "nobody would be told"],
  ["/uptime/checks", { ...check, type: "tcp" }, "type is not one of ping, http, https"],
])("%s refuses what the API would refuse", async (path, json, message) => {
  const { status, body } = await server.call("POST", path, json);
  expect([status, body.message]).toEqual([422, message]);
});
