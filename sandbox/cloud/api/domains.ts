import { Router } from "express";
import { Body } from "./body";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { Domain, World } from "./world";
import { fullName } from "./zone";

const TYPES = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT"];
/** Their data is a name, which is written with a final dot and read without. */
const TYPES_WITH_NAME = ["CAA", "CNAME", "MX", "NS", "SRV"];
const LONGEST_TXT = 512;
const DEFAULT_TTL = 1800;
const NUMBERS = ["priority", "port", "weight", "flags"] as const;

/** /v2/domains and the records below */
export function domainRoutes(world: World): Router {
  const router = Router();
  router.get("/domains", (request, response) => {
    response.json(page(request, "domains", [...world.domains.values()].map(domainJson)));
  });
  router.post("/domains", async (request, response) => {
    const body = new Body(request.body);
    const name = body.string("name");
    if (world.domains.has(name)) throw invalid("Name already exists");
    const domain: Domain = { name, records: new Map() };
    world.domains.set(name, domain);
    const address = body.optionalString("ip_address");
    if (address) addRecord(world, domain, new Body({ type: "A", name: "@", data: address }));
    await world.networkChanged();
    response.status(201).json({ domain: domainJson(domain) });
  });
  router.get("/domains/:name", (request, response) => {
    response.json({ domain: domainJson(find(world, request.params.name)) });
  });
  router.delete("/domains/:name", async (request, response) => {
    world.domains.delete(find(world, request.params.name).name);
    await world.networkChanged();
    response.status(204).end();
  });

  router.get("/domains/:name/records", (request, response) => {
    const domain = find(world, request.params.name);
    const { name, type } = request.query;
    const found = [...domain.records.values()].filter(
      (record) =>
        (type === undefined || record.type === type) &&
        (name === undefined || fullName(domain, String(record.name)) === name),
    );
    response.json(page(request, "domain_records", found));
  });
  router.post("/domains/:name/records", async (request, response) => {
    const record = addRecord(world, find(world, request.params.name), new Body(request.body));
    await world.networkChanged();
    response.status(201).json({ domain_record: record });
  });
  router.get("/domains/:name/records/:id", (request, response) => {
    response.json({ domain_record: findRecord(find(world, request.params.name), request.params.id) });
  });
  for (const method of ["put", "patch"] as const) {
    router[method]("/domains/:name/records/:id", async (request, response) => {
      const record = findRecord(find(world, request.params.name), request.params.id);
      const changed = { ...record, ...(request.body as Record<string, unknown>) };
      Object.assign(record, readRecord(new Body(changed)));
      await world.networkChanged();
      response.json({ domain_record: record });
    });
  }
  router.delete("/domains/:name/records/:id", async (request, response) => {
    const { records } = find(world, request.params.name);
    if (!records.delete(Number(request.params.id))) throw notFound();
    await world.networkChanged();
    response.status(204).end();
  });
  return router;
}

function find(world: World, name: string): Domain {
  const domain = world.domains.get(name);
  if (!domain) throw notFound();
  return domain;
}

function findRecord(domain: Domain, id: string): Record<string, unknown> {
  const record = domain.records.get(Number(id));
  if (!record) throw notFound();
  return record;
}

function addRecord(world: World, domain: Domain, body: Body): Record<string, unknown> {
  const record = { id: world.nextId(), ...readRecord(body) };
  domain.records.set(record.id, record);
  return record;
}

function readRecord(body: Body): Record<string, unknown> {
  const type = body.string("type");
  if (!TYPES.includes(type)) throw invalid("Type is not included in the list");
  const data = body.string("data");
  if (type === "TXT" && data.length > LONGEST_TXT) throw invalid("Data is too long (maximum is 512 characters)");
  const numbers = NUMBERS.map((name) => [name, body.optionalNumber(name) ?? null] as const);
  return {
    type,
    name: body.optionalString("name") ?? "@",
    data: TYPES_WITH_NAME.includes(type) ? data.replace(/(?<=.)\.$/, "") : data,
    ttl: body.optionalNumber("ttl") ?? DEFAULT_TTL,
    tag: body.optionalString("tag") ?? null,
    ...Object.fromEntries(numbers),
  };
}

const domainJson = ({ name }: Domain) => ({ name, ttl: DEFAULT_TTL, zone_file: "" });
