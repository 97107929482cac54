import { Router } from "express";
import { findAction, startAction } from "./actions";
import { Body } from "./body";
import { REGIONS } from "./catalog";
import { dropletJson } from "./droplets";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { World } from "./world";

/** /v2/reserved_ips */
export function reservedIpRoutes(world: World): Router {
  const router = Router();
  router.get("/reserved_ips", (request, response) => {
    const all = [...world.reservedIps.keys()].map((ip) => reservedIpJson(world, ip));
    response.json(page(request, "reserved_ips", all));
  });
  router.post("/reserved_ips", async (request, response) => {
    const body = new Body(request.body);
    const dropletId = body.optionalNumber("droplet_id");
    const region = dropletId === undefined ? body.string("region") : world.droplet(dropletId).region;
    if (!REGIONS.includes(region)) throw invalid("You specified an invalid region.");
    const ip = world.takeAddress();
    world.reservedIps.set(ip, { region, dropletId });
    await world.networkChanged();
    response.status(202).json({ reserved_ip: reservedIpJson(world, ip), links: {} });
  });
  router.get("/reserved_ips/:ip", (request, response) => {
    response.json({ reserved_ip: reservedIpJson(world, request.params.ip) });
  });
  router.delete("/reserved_ips/:ip", async (request, response) => {
    const { ip } = request.params;
    if (!world.reservedIps.delete(ip)) throw notFound();
    await world.networkChanged();
    world.returnAddresses({ address: ip });
    response.status(204).end();
  });
  router.post("/reserved_ips/:ip/actions", (request, response) => {
    const reserved = world.reservedIps.get(request.params.ip);
    if (!reserved) throw notFound();
    const body = new Body(request.body);
    const type = body.string("type");
    if (type !== "assign" && type !== "unassign") throw invalid(`${type} is not an action of a reserved IP.`);
    const dropletId = type === "assign" ? world.droplet(body.number("droplet_id")).id : undefined;
    const action = startAction(world, { type, resource_id: 0, resource_type: "reserved_ip" }, async () => {
      reserved.dropletId = dropletId;
      await world.networkChanged();
    });
    response.status(201).json({ action });
  });
  router.get("/reserved_ips/:ip/actions/:action", (request, response) => {
    response.json({ action: findAction(world, request.params.action) });
  });
  return router;
}

function reservedIpJson(world: World, ip: string): Record<string, unknown> {
  const reserved = world.reservedIps.get(ip);
  if (!reserved) throw notFound();
  const { region, dropletId } = reserved;
  const droplet = dropletId === undefined ? null : dropletJson(world, world.droplet(dropletId));
  return { ip, droplet, region: { slug: region, name: region }, locked: false, project_id: "" };
}
