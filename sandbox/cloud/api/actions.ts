import { Router } from "express";
import { Body } from "./body";
import { SIZES } from "./catalog";
import { checkName } from "./droplets";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { Droplet, World } from "./world";

/** /v2/actions and /v2/droplets/ID/actions */
export function actionRoutes(world: World): Router {
  const router = Router();
  router.get("/actions", (request, response) => {
    response.json(page(request, "actions", [...world.actions.values()].reverse()));
  });
  router.get("/actions/:action", (request, response) => {
    response.json({ action: findAction(world, request.params.action) });
  });
  router.get("/droplets/:id/actions", (request, response) => {
    const { id } = world.droplet(request.params.id);
    const own = [...world.actions.values()].filter((action) => action.resource_id === id);
    response.json(page(request, "actions", own.reverse()));
  });
  router.get("/droplets/:id/actions/:action", (request, response) => {
    world.droplet(request.params.id);
    response.json({ action: findAction(world, request.params.action) });
  });
  router.post("/droplets/:id/actions", (request, response) => {
    const droplet = world.droplet(request.params.id);
    const body = new Body(request.body);
    const type = body.string("type");
    if (droplet.locked) throw invalid("Droplet already has a pending event.");
    const perform = performer(world, droplet, type, body);
    droplet.locked = true;
    const unlocked = () => perform().finally(() => (droplet.locked = false));
    const action = startAction(world, { type, resource_id: droplet.id, resource_type: "droplet" }, unlocked);
    response.status(201).json({ action });
  });
  return router;
}

/** Registers an action, carries it out in the background and keeps its state for those who ask. */
export function startAction(
  world: World,
  what: { type: string; resource_id: number; resource_type: string },
  perform: () => Promise<void>,
): Record<string, unknown> {
  const id = world.nextId();
  const action: Record<string, unknown> = {
    id,
    ...what,
    status: "in-progress",
    started_at: new Date().toISOString(),
    completed_at: null,
    region: null,
    region_slug: null,
  };
  world.actions.set(id, action);
  const finish = (status: string) => Object.assign(action, { status, completed_at: new Date().toISOString() });
  void perform().then(
    () => finish("completed"),
    (error: unknown) => {
      world.surroundings.log(`${what.type} of ${what.resource_type} ${what.resource_id} failed: ${String(error)}`);
      finish("errored");
    },
  );
  return { ...action };
}

export function findAction(world: World, id: string): Record<string, unknown> {
  const action = world.actions.get(Number(id));
  if (!action) throw notFound();
  return action;
}

/** What an action of that type does to the droplet; refuses at once what cannot be done. */
function performer(world: World, droplet: Droplet, type: string, body: Body): () => Promise<void> {
  const { machines } = world.surroundings;
  const { id } = droplet;
  const into = (status: Droplet["status"], perform: () => Promise<void>) => async () => {
    await perform();
    droplet.status = status;
  };
  switch (type) {
    case "power_off":
      return into("off", () => machines.stop(id, "power"));
    case "shutdown":
      return into("off", () => machines.stop(id, "graceful"));
    case "power_on":
      return into("active", () => machines.start(id));
    case "reboot":
      return into("active", () => machines.reboot(id, "graceful"));
    case "power_cycle":
      return into("active", () => machines.reboot(id, "power"));
    case "enable_backups":
    case "disable_backups": {
      const others = droplet.features.filter((feature) => feature !== "backups");
      return () =>
        Promise.resolve(void (droplet.features = type === "enable_backups" ? [...others, "backups"] : others));
    }
    case "enable_ipv6": {
      if (droplet.address6 !== undefined) throw invalid("This Droplet already has IPv6 enabled.");
      const address6 = world.takeAddress6();
      return async () => {
        // As on the real cloud, where the droplet's own network is left to its owner.
        Object.assign(droplet, { address6, features: [...droplet.features, "ipv6"] });
        await world.networkChanged();
      };
    }
    case "rename": {
      const name = checkName(body.string("name"));
      return async () => {
        droplet.name = name;
        await world.networkChanged();
      };
    }
    case "resize": {
      const size = SIZES.find(({ slug }) => slug === body.string("size"));
      const disk = SIZES.find(({ slug }) => slug === droplet.size)!.disk;
      if (!size) throw invalid("You specified an invalid size.");
      if (size.disk < disk) throw invalid("This size is not available because it has a smaller disk.");
      if (droplet.status !== "off") throw invalid("You must power off this Droplet before resizing it.");
      return () => Promise.resolve(void (droplet.size = size.slug));
    }
    default:
      throw invalid(`${type} is not an action that this sandbox knows.`);
  }
}
