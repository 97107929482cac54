import { Router } from "express";
import { Body } from "./body";
import { REGIONS, releaseOf, SIZES } from "./catalog";
import { ApiError, invalid } from "./errors";
import { findKey } from "./keys";
import { page } from "./lists";
import { addTag } from "./tags";
import type { Droplet, MachineSpec, World } from "./world";

const NAME = /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
const USER_DATA_LIMIT = 64 * 1024;
const VPC = "5a4981aa-9653-4bd1-bef5-d6bff52042e4";

/** /v2/droplets */
export function dropletRoutes(world: World): Router {
  const router = Router();
  router.get("/droplets", (request, response) => {
    const { name, tag_name: tag } = request.query;
    const wanted = [...world.droplets.values()].filter(
      (droplet) =>
        (typeof name !== "string" || droplet.name === name) && (typeof tag !== "string" || droplet.tags.includes(tag)),
    );
    response.json(
      page(
        request,
        "droplets",
        wanted.map((droplet) => dropletJson(world, droplet)),
      ),
    );
  });
  router.post("/droplets", async (request, response) => {
    const body = new Body(request.body);
    const [droplet, authorizedKeys] = newDroplet(world, body);
    world.droplets.set(droplet.id, droplet);
    await world.networkChanged();
    const staysNew = response.locals.neverActive === true;
    void boot(world, droplet, authorizedKeys, staysNew);
    response.status(202).json({ droplet: dropletJson(world, droplet), links: { actions: [] } });
  });
  router.get("/droplets/:id", (request, response) => {
    response.json({ droplet: dropletJson(world, world.droplet(request.params.id)) });
  });
  router.delete("/droplets/:id", (request, response) => {
    const droplet = world.droplet(request.params.id);
    if (droplet.status !== "archive") void remove(world, droplet);
    response.status(204).end();
  });
  return router;
}

/** A droplet's name in projects. */
const urnOf = (id: number) => `do:droplet:${id}`;

export function checkName(name: string): string {
  if (!NAME.test(name)) throw invalid("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  return name;
}

function newDroplet(world: World, body: Body): [Droplet, string[]] {
  const name = checkName(body.string("name"));
  const region = body.optionalString("region") ?? REGIONS[0]!;
  if (!REGIONS.includes(region)) throw invalid("You specified an invalid region for Droplet creation.");
  const size = body.string("size");
  if (!SIZES.some(({ slug }) => slug === size)) throw invalid("You specified an invalid size for Droplet creation.");
  const image = body.string("image");
  const release = releaseOf(image, world.surroundings.release);
  if (!release) throw invalid("You specified an invalid image for Droplet creation.");
  const userData = body.optionalString("user_data") ?? "";
  if (Buffer.byteLength(userData) >= USER_DATA_LIMIT) throw invalid("User data must be less than 64KiB");
  const authorizedKeys = body.stringsOrNumbers("ssh_keys").map((reference) => authorizedKey(world, reference));
  const tags = body.strings("tags");
  const features = ["monitoring", "backups", "ipv6"].filter((feature) => body.boolean(feature));
  for (const tag of tags) addTag(world, tag);
  const address6 = features.includes("ipv6") ? world.takeAddress6() : undefined;
  const droplet: Droplet = {
    id: world.nextId(),
    name,
    region,
    size,
    image,
    release,
    address: world.takeAddress(),
    address6,
    status: "new",
    locked: true,
    tags,
    features,
    userData,
    createdAt: new Date().toISOString(),
    vpcUuid: body.optionalString("vpc_uuid") ?? VPC,
  };
  return [droplet, authorizedKeys];
}

function authorizedKey(world: World, reference: string | number): string {
  try {
    return findKey(world, reference).public_key.trim();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw invalid(`${reference} are invalid key identifiers for Droplet creation.`);
  }
}

async function boot(world: World, droplet: Droplet, authorizedKeys: string[], staysNew: boolean): Promise<void> {
  const { id, name, address, address6, release, userData } = droplet;
  const spec: MachineSpec = { id, name, address, address6, release, userData, authorizedKeys };
  try {
    await world.surroundings.machines.create(spec);
    if (staysNew) return;
    droplet.status = "active";
    droplet.locked = false;
  } catch (error) {
    // As on the real cloud, a droplet that does not come up just stays new.
    world.surroundings.log(`droplet ${id} (${name}) did not start: ${String(error)}`);
  }
}

async function remove(world: World, droplet: Droplet): Promise<void> {
  const { id } = droplet;
  droplet.status = "archive";
  droplet.locked = true;
  try {
    await world.surroundings.machines.remove(id);
    world.droplets.delete(id);
    for (const firewall of world.firewalls.values()) {
      firewall.dropletIds = firewall.dropletIds.filter((attached) => attached !== id);
    }
    world.projectOf.delete(urnOf(id));
    for (const reserved of world.reservedIps.values()) if (reserved.dropletId === id) delete reserved.dropletId;
    await world.networkChanged();
    world.returnAddresses(droplet);
  } catch (error) {
    world.surroundings.log(`droplet ${id} could not be removed: ${String(error)}`);
  }
}

/** A droplet as the API shows it. */
export function dropletJson(world: World, droplet: Droplet): Record<string, unknown> {
  const { id, name, status, locked, region, image, tags, features, createdAt, address, address6 } = droplet;
  const { gateway, ipv6 } = world.surroundings.layout;
  const size = SIZES.find(({ slug }) => slug === droplet.size)!;
  return {
    id,
    name,
    status,
    locked,
    memory: size.memory,
    vcpus: size.vcpus,
    disk: size.disk,
    region: { slug: region, name: region, available: true, features: [], sizes: SIZES.map(({ slug }) => slug) },
    size_slug: size.slug,
    size: { ...size, available: true, regions: REGIONS, transfer: 1, price_monthly: 0, price_hourly: 0 },
    image: { id: 1, slug: image, name: image, distribution: image.split("-")[0], public: true, type: "base" },
    networks: {
      v4: [{ type: "public", ip_address: address, netmask: "255.255.255.224", gateway }],
      v6:
        address6 === undefined
          ? []
          : [{ type: "public", ip_address: address6, netmask: ipv6.prefixLength, gateway: ipv6.gateway }],
    },
    created_at: createdAt,
    features,
    tags,
    backup_ids: [],
    snapshot_ids: [],
    volume_ids: [],
    next_backup_window: null,
    kernel: null,
    vpc_uuid: droplet.vpcUuid,
  };
}
