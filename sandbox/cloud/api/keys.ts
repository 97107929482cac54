import { Router } from "express";
import { parseKey } from "sshpk";
import { Body } from "./body";
import { invalid, notFound } from "./errors";
import { page } from "./lists";
import type { SshKey, World } from "./world";

/** /v2/account/keys */
export function keyRoutes(world: World): Router {
  const router = Router();
  router.get("/account/keys", (request, response) => {
    response.json(page(request, "ssh_keys", [...world.keys.values()]));
  });
  router.post("/account/keys", (request, response) => {
    const body = new Body(request.body);
    const public_key = body.string("public_key");
    const fingerprint = fingerprintOf(public_key);
    if ([...world.keys.values()].some((key) => key.fingerprint === fingerprint)) {
      throw invalid("SSH Key is already in use on your account");
    }
    const key: SshKey = { id: world.nextId(), name: body.string("name"), fingerprint, public_key };
    world.keys.set(key.id, key);
    response.status(201).json({ ssh_key: key });
  });
  router.get("/account/keys/:key", (request, response) => {
    response.json({ ssh_key: findKey(world, request.params.key) });
  });
  router.put("/account/keys/:key", (request, response) => {
    const key = findKey(world, request.params.key);
    key.name = new Body(request.body).string("name");
    response.json({ ssh_key: key });
  });
  router.delete("/account/keys/:key", (request, response) => {
    world.keys.delete(findKey(world, request.params.key).id);
    response.status(204).end();
  });
  return router;
}

/** A key by its number or its fingerprint. */
export function findKey(world: World, reference: string | number): SshKey {
  const key = [...world.keys.values()].find(
    ({ id, fingerprint }) => String(id) === String(reference) || fingerprint === reference,
  );
  if (!key) throw notFound();
  return key;
}

function fingerprintOf(publicKey: string): string {
  try {
    return parseKey(publicKey, "ssh").fingerprint("md5").toString("hex");
  } catch {
    throw invalid("Key invalid, key should be of the format `type key [comment]`");
  }
}
