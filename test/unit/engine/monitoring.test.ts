import type { Props } from "../../../sandbox/engine/embedded/values";
import { Api } from "./support/api";

let api: Api;

beforeEach(async () => {
  api = new Api();
  await api.start();
});

afterEach(() => api.close());

const context = () => ({ name: "relay-disk-alert", signal: new AbortController().signal, log: () => undefined });
const emails = ["ops@example.net"];

const cases: { type: string; inputs: Props; path: string; answer: Record<string, unknown>; request: unknown }[] = [
  {
    type: "monitorAlert:MonitorAlert",
    inputs: {
      alerts: { emails },
      compare: "GreaterThan",
      description: "d",
      type: "t",
      value: 85,
      window: "5m",
      entities: ["7"],
    },
    path: "/v2/monitoring/alerts",
    answer: { policy: { uuid: "u-1" } },
    request: {
      alerts: { email: emails, slack: [] },
      compare: "GreaterThan",
      description: "d",
      type: "t",
      value: 85,
      window: "5m",
      entities: ["7"],
      tags: [],
      enabled: true,
    },
  },
  {
    type: "uptimeCheck:UptimeCheck",
    inputs: { name: "relay", target: "192.0.2.1" },
    path: "/v2/uptime/checks",
    answer: { check: { id: "u-1" } },
    request: { name: "relay", type: "ping", target: "192.0.2.1", regions: [], enabled: true },
  },
  {
    type: "uptimeAlert:UptimeAlert",
    inputs: { name: "down", checkId: "c-1", type: "down", period: "2m", notifications: [{ emails }] },
    path: "/v2/uptime/checks/c-1/alerts",
    answer: { alert: { id: "u-1" } },
    request: { name: "down", type: "down", period: "2m", notifications: { email: emails, slack: [] } },
  },
];

test.each(cases)("$type is created, changed in place and deleted", async ({ type, inputs, path, answer, request }) => {
  api.on(`POST ${path}`, { status: 201, body: answer }).on(`PUT ${path}/u-1`, { body: answer });
  const kind = api.kind(`digitalocean:index/${type}`);
  expect(await kind.create(inputs, context())).toEqual({ id: "u-1", outputs: inputs });
  const old = { id: "u-1", inputs, outputs: inputs };
  const changed = { ...inputs, name: "other" };
  expect(kind.diff(old, changed).replaces).toEqual([]);
  await kind.update!(old, changed, context());
  await kind.delete(old, context());
  expect(api.requests).toEqual([`POST ${path}`, `PUT ${path}/u-1`, `DELETE ${path}/u-1`]);
  expect(api.bodies[0]).toEqual(request);
});

test("an uptime alert of another check is another one", () => {
  const { inputs } = cases[2]!;
  const kind = api.kind("digitalocean:index/uptimeAlert:UptimeAlert");
  expect(kind.diff({ id: "u-1", inputs, outputs: inputs }, { ...inputs, checkId: "c-2" }).replaces).toEqual([
    "checkId",
  ]);
});
