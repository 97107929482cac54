import { randomUUID } from "node:crypto";
import { Router, type Request } from "express";
import { Body } from "./body";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { World } from "./world";

type Fields = Record<string, unknown>;
type Read = (body: Body) => Fields;

const WINDOWS = ["5m", "10m", "30m", "1h"];
const CHECK_TYPES = ["ping", "http", "https"];
const UPTIME_ALERT_TYPES = ["latency", "down", "down_global", "ssl_expiry"];
const PERIODS = ["2m", "3m", "5m", "10m", "15m", "30m", "1h"];

/** /v2/monitoring/alerts and /v2/uptime/checks: kept and answered, for nothing here measures a droplet. */
export function monitoringRoutes(world: World): Router {
  const router = Router();
  collection(router, "/monitoring/alerts", ["policies", "policy", "uuid"], readPolicy, () => world.monitorAlerts);

  const checks = {
    get: (id: string) => world.uptimeChecks.get(id)?.fields,
    set: (id: string, fields: Fields) => {
      world.uptimeChecks.set(id, { fields, alerts: world.uptimeChecks.get(id)?.alerts ?? new Map<string, Fields>() });
    },
    values: () => [...world.uptimeChecks.values()].map(({ fields }) => fields),
    delete: (id: string) => world.uptimeChecks.delete(id),
  };
  collection(router, "/uptime/checks", ["checks", "check", "id"], readCheck, () => checks);
  collection(router, "/uptime/checks/:check/alerts", ["alerts", "alert", "id"], readUptimeAlert, (request) => {
    const check = world.uptimeChecks.get(String(request.params.check));
    if (!check) throw notFound();
    return check.alerts;
  });
  return router;
}

interface Store {
  get(id: string): Fields | undefined;
  set(id: string, fields: Fields): unknown;
  delete(id: string): boolean;
  values(): Iterable<Fields>;
}

/** List, create, read, replace and delete objects of one kind. */
function collection(
  router: Router,
  path: string,
  [plural, singular, identity]: [string, string, string],
  read: Read,
  storeOf: (request: Request) => Store,
): void {
  const idOf = (request: Request) => String(request.params.id);
  router.get(path, (request, response) => {
    response.json(page(request, plural, [...storeOf(request).values()]));
  });
  router.post(path, (request, response) => {
    const id = randomUUID();
    const fields = { [identity]: id, ...read(new Body(request.body)) };
    storeOf(request).set(id, fields);
    response.status(201).json({ [singular]: fields });
  });
  router.get(`${path}/:id`, (request, response) => {
    const fields = storeOf(request).get(idOf(request));
    if (!fields) throw notFound();
    response.json({ [singular]: fields });
  });
  router.put(`${path}/:id`, (request, response) => {
    const id = idOf(request);
    if (!storeOf(request).get(id)) throw notFound();
    const fields = { [identity]: id, ...read(new Body(request.body)) };
    storeOf(request).set(id, fields);
    response.json({ [singular]: fields });
  });
  router.delete(`${path}/:id`, (request, response) => {
    if (!storeOf(request).delete(idOf(request))) throw notFound();
    response.status(204).end();
  });
}

function oneOf(body: Body, name: string, allowed: string[]): string {
  const value = body.string(name);
  if (!allowed.includes(value)) throw invalid(`${name} is not one of ${allowed.join(", ")}`);
  return value;
}

function readPolicy(body: Body): Fields {
  const type = body.string("type");
  if (!/^v1\/(insights|dbaas)\//.test(type)) throw invalid("type is not an alert type");
  return {
    type,
    description: body.string("description"),
    compare: oneOf(body, "compare", ["GreaterThan", "LessThan"]),
    value: body.number("value"),
    window: oneOf(body, "window", WINDOWS),
    entities: body.strings("entities"),
    tags: body.strings("tags"),
    enabled: body.boolean("enabled"),
    alerts: channels(body.object("alerts")),
  };
}

function readCheck(body: Body): Fields {
  return {
    name: body.string("name"),
    // A port that speaks SMTP cannot be asked for.
    type: oneOf(body, "type", CHECK_TYPES),
    target: body.string("target"),
    regions: body.strings("regions"),
    enabled: body.boolean("enabled"),
  };
}

function readUptimeAlert(body: Body): Fields {
  return {
    name: body.string("name"),
    type: oneOf(body, "type", UPTIME_ALERT_TYPES),
    period: oneOf(body, "period", PERIODS),
    threshold: body.optionalNumber("threshold") ?? null,
    comparison: body.optionalString("comparison") ?? null,
    notifications: channels(body.object("notifications")),
  };
}

function channels(body: Body): Fields {
  const email = body.strings("email");
  if (email.length === 0 && body.objects("slack").length === 0) throw invalid("nobody would be told");
  return { email, slack: [] };
}
