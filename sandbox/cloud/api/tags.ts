import { Router } from "express";
import { Body } from "./body";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { World } from "./world";

const NAME = /^[a-zA-Z0-9_:-]{1,255}$/;

/** /v2/tags */
export function tagRoutes(world: World): Router {
  const router = Router();
  router.get("/tags", (request, response) => {
    response.json(
      page(
        request,
        "tags",
        [...world.tags].map((name) => tagJson(world, name)),
      ),
    );
  });
  router.post("/tags", (request, response) => {
    const name = new Body(request.body).string("name");
    addTag(world, name);
    response.status(201).json({ tag: tagJson(world, name) });
  });
  router.get("/tags/:name", (request, response) => {
    const { name } = request.params;
    if (!world.tags.has(name)) throw notFound();
    response.json({ tag: tagJson(world, name) });
  });
  router.delete("/tags/:name", async (request, response) => {
    const { name } = request.params;
    if (!world.tags.delete(name)) throw notFound();
    for (const droplet of world.droplets.values()) droplet.tags = droplet.tags.filter((tag) => tag !== name);
    await world.networkChanged();
    response.status(204).end();
  });
  router.post("/tags/:name/resources", async (request, response) => {
    const { name } = request.params;
    if (!world.tags.has(name)) throw notFound();
    for (const droplet of taggedDroplets(world, request.body)) {
      if (!droplet.tags.includes(name)) droplet.tags.push(name);
    }
    await world.networkChanged();
    response.status(204).end();
  });
  router.delete("/tags/:name/resources", async (request, response) => {
    const { name } = request.params;
    if (!world.tags.has(name)) throw notFound();
    for (const droplet of taggedDroplets(world, request.body)) {
      droplet.tags = droplet.tags.filter((tag) => tag !== name);
    }
    await world.networkChanged();
    response.status(204).end();
  });
  return router;
}

/** Creates a tag that does not exist yet, as naming one in a droplet or firewall does. */
export function addTag(world: World, name: string): void {
  if (!NAME.test(name)) throw invalid("Tags may contain letters, numbers, colons, dashes, and underscores.");
  world.tags.add(name);
}

function taggedDroplets(world: World, body: unknown) {
  return new Body(body).objects("resources").map((resource) => {
    if (resource.string("resource_type") !== "droplet") throw invalid("This sandbox tags only droplets.");
    return world.droplet(resource.string("resource_id"));
  });
}

function tagJson(world: World, name: string): Record<string, unknown> {
  const count = [...world.droplets.values()].filter(({ tags }) => tags.includes(name)).length;
  const none = { count: 0 };
  const others = { images: none, volumes: none, volume_snapshots: none, databases: none };
  return { name, resources: { count, droplets: { count }, ...others } };
}
