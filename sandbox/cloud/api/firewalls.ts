import { randomUUID } from "node:crypto";
import ipaddr from "ipaddr.js";
import { Router } from "express";
import { Body } from "./body";
import { invalid, notFound } from "./errors";
import type { Firewall, Peers, Rule } from "./guard";
import { page } from "./lists";
import { addTag } from "./tags";
import type { World } from "./world";

const MOST_DROPLETS = 10;
const MOST_TAGS = 5;
const HIGHEST_PORT = 65535;
const UNSUPPORTED_PEERS = ["load_balancer_uids", "kubernetes_ids"];

/** /v2/firewalls */
export function firewallRoutes(world: World): Router {
  const router = Router();
  router.get("/firewalls", (request, response) => {
    response.json(page(request, "firewalls", [...world.firewalls.values()].map(firewallJson)));
  });
  router.post("/firewalls", async (request, response) => {
    const firewall = { ...readFirewall(world, request.body), id: randomUUID(), createdAt: new Date().toISOString() };
    if ([...world.firewalls.values()].some(({ name }) => name === firewall.name)) {
      throw invalid("duplicate name");
    }
    world.firewalls.set(firewall.id, firewall);
    await world.networkChanged();
    response.status(202).json({ firewall: firewallJson(firewall) });
  });
  router.get("/firewalls/:id", (request, response) => {
    response.json({ firewall: firewallJson(find(world, request.params.id)) });
  });
  router.put("/firewalls/:id", async (request, response) => {
    const firewall = Object.assign(find(world, request.params.id), readFirewall(world, request.body));
    await world.networkChanged();
    response.json({ firewall: firewallJson(firewall) });
  });
  router.delete("/firewalls/:id", async (request, response) => {
    world.firewalls.delete(find(world, request.params.id).id);
    await world.networkChanged();
    response.status(204).end();
  });
  return router;
}

function find(world: World, id: string): Firewall {
  const firewall = world.firewalls.get(id);
  if (!firewall) throw notFound();
  return firewall;
}

function readFirewall(world: World, json: unknown): Omit<Firewall, "id" | "createdAt"> {
  const body = new Body(json);
  const name = body.string("name");
  const dropletIds = body.numbers("droplet_ids");
  const tags = body.strings("tags");
  if (dropletIds.length > MOST_DROPLETS) throw invalid(`a firewall can have at most ${MOST_DROPLETS} droplets`);
  if (tags.length > MOST_TAGS) throw invalid(`a firewall can have at most ${MOST_TAGS} tags`);
  for (const id of dropletIds) if (!world.droplets.has(id)) throw invalid(`droplet ${id} does not exist`);
  const inbound = body.objects("inbound_rules").map((rule) => readRule(rule, "sources"));
  const outbound = body.objects("outbound_rules").map((rule) => readRule(rule, "destinations"));
  if (inbound.length + outbound.length === 0) throw invalid("must have at least one rule");
  for (const tag of tags) addTag(world, tag);
  return { name, dropletIds, tags, inbound, outbound };
}

function readRule(body: Body, side: "sources" | "destinations"): Rule {
  const protocol = body.string("protocol");
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "icmp") throw invalid(`protocol ${protocol} is unknown`);
  const peers = body.object(side);
  for (const kind of UNSUPPORTED_PEERS) {
    if (peers.strings(kind).length > 0) throw invalid(`This sandbox has nothing that ${kind} could name.`);
  }
  const read: Peers = {
    addresses: peers.strings("addresses").map(checkAddress),
    droplet_ids: peers.numbers("droplet_ids"),
    tags: peers.strings("tags"),
  };
  if (Object.values(read).every((list: unknown[]) => list.length === 0)) throw invalid(`${side} must not be empty`);
  return { protocol, ports: protocol === "icmp" ? "0" : readPorts(body.optionalString("ports") ?? ""), peers: read };
}

/** `22`, `8000-9000`, or `0` or `all` for all ports, which the API returns as `0`. */
function readPorts(text: string): string {
  if (text === "0" || text === "all") return "0";
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const [low, high] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (!match || low < 1 || high > HIGHEST_PORT || low > high) throw invalid(`ports "${text}" is not a port or range`);
  return text;
}

function checkAddress(text: string): string {
  if (ipaddr.isValid(text) || ipaddr.isValidCIDR(text)) return text;
  throw invalid(`${text} is not an address or CIDR`);
}

/** A firewall as the API shows it; changes are in force before the answer, so none is ever pending. */
function firewallJson(firewall: Firewall): Record<string, unknown> {
  const rules = (list: Rule[], side: string) =>
    list.map(({ protocol, ports, peers }) => ({ protocol, ports, [side]: withoutEmpty(peers) }));
  return {
    id: firewall.id,
    name: firewall.name,
    status: "succeeded",
    created_at: firewall.createdAt,
    pending_changes: [],
    droplet_ids: firewall.dropletIds,
    tags: firewall.tags,
    inbound_rules: rules(firewall.inbound, "sources"),
    outbound_rules: rules(firewall.outbound, "destinations"),
  };
}

const withoutEmpty = (peers: Peers) =>
  Object.fromEntries(Object.entries(peers).filter(([, list]: [string, unknown[]]) => list.length > 0));
