import { randomUUID } from "node:crypto";
import { Router } from "express";
import { Body } from "./body";
import { notFound } from "./errors";
import { page } from "./lists";
import type { World } from "./world";

const ACCOUNT = {
  droplet_limit: 25,
  floating_ip_limit: 5,
  email: "sandbox@example.test",
  uuid: "b6fc48dbf6d9906cace5f3c78dc5851e757381ef",
  email_verified: true,
  status: "active",
  status_message: "",
};

const DEFAULT_PROJECT = { id: "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679", name: "sandbox", is_default: true };

/** /v2/account and /v2/projects */
export function accountRoutes(world: World): Router {
  const router = Router();
  router.get("/account", (_request, response) => {
    response.json({ account: ACCOUNT });
  });
  router.get("/projects", (request, response) => {
    response.json(page(request, "projects", [...world.projects.values()]));
  });
  router.post("/projects", (request, response) => {
    const now = new Date().toISOString();
    const id = randomUUID();
    const project = { id, is_default: false, created_at: now, updated_at: now, ...readProject(new Body(request.body)) };
    world.projects.set(id, project);
    response.status(201).json({ project });
  });
  router.get("/projects/:id", (request, response) => {
    response.json({ project: find(world, request.params.id) });
  });
  router.put("/projects/:id", (request, response) => {
    const project = find(world, request.params.id);
    Object.assign(project, readProject(new Body(request.body)), { updated_at: new Date().toISOString() });
    response.json({ project });
  });
  router.delete("/projects/:id", (request, response) => {
    find(world, request.params.id);
    world.projects.delete(request.params.id);
    response.status(204).end();
  });
  router.get("/projects/:id/resources", (request, response) => {
    const { id } = find(world, request.params.id);
    const urns = [...world.projectOf].filter(([, project]) => project === id).map(([urn]) => urn);
    response.json(page(request, "resources", urns.map(assigned)));
  });
  router.post("/projects/:id/resources", (request, response) => {
    const { id } = find(world, request.params.id);
    const urns = new Body(request.body).strings("resources");
    for (const urn of urns) world.projectOf.set(urn, String(id));
    response.json({ resources: urns.map(assigned) });
  });
  return router;
}

const assigned = (urn: string) => ({ urn, assigned_at: new Date().toISOString(), status: "ok" });

function readProject(body: Body): Record<string, unknown> {
  return {
    name: body.string("name"),
    description: body.optionalString("description") ?? "",
    purpose: body.string("purpose"),
    environment: body.optionalString("environment") ?? "",
  };
}

function find(world: World, id: string): Record<string, unknown> {
  if (id === "default" || id === DEFAULT_PROJECT.id) return DEFAULT_PROJECT;
  const project = world.projects.get(id);
  if (!project) throw notFound();
  return project;
}
