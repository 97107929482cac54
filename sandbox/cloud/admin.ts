import express, { type Express } from "express";
import { bearer } from "./api/app";
import { errorHandler, unknownPath } from "./api/errors";
import type { Faults } from "./api/faults";
import type { World } from "./api/world";
import type { Hypervisor } from "./machine/hypervisor";
import type { Dns } from "./network/dns";
import type { DnsRecord, DropletView, Fault } from "./types";

interface AdminOptions {
  world: World;
  hypervisor: Hypervisor;
  dns: Dns;
  faults: Faults;
  requests: string[];
  adminToken: string;
  log: (line: string) => void;
}

const BODY_LIMIT = "64mb";

/** What no cloud offers its customers: the sandbox's own paths, for whoever can read the instance's token. */
export function adminRoutes(options: AdminOptions): Express {
  const { world, hypervisor, dns, faults, requests, adminToken, log } = options;
  const admin = express();
  admin.use(bearer(adminToken), express.json({ limit: BODY_LIMIT }));
  admin.get("/droplets", (_request, response) => {
    const views = [...world.droplets.values()].map(({ id, name, status, address, address6 }): DropletView => ({
      id,
      name,
      status,
      address,
      address6,
      rootDir: hypervisor.rootDir(id),
    }));
    response.json(views);
  });
  admin.post("/droplets/:id/exec", async (request, response) => {
    const { argv, stdin } = request.body as { argv: string[]; stdin?: string };
    response.json(await hypervisor.exec(world.droplet(request.params.id).id, argv, stdin));
  });
  admin.post("/droplets/:id/reboot", async (request, response) => {
    const droplet = world.droplet(request.params.id);
    await hypervisor.reboot(droplet.id, (request.body as { how: "graceful" | "power" }).how);
    droplet.status = "active";
    response.json({});
  });
  admin.get("/requests", (_request, response) => {
    response.json(requests);
  });
  admin.post("/faults", (request, response) => {
    faults.set(request.body as Fault);
    response.json({});
  });
  admin.delete("/faults", (_request, response) => {
    faults.clear();
    response.json({});
  });
  admin.put("/dns", async (request, response) => {
    await dns.setRecords(request.body as DnsRecord[]);
    response.json({});
  });
  admin.use(unknownPath, errorHandler(log));
  return admin;
}
