import express, { type Express, type RequestHandler } from "express";
import { accountRoutes } from "./account";
import { actionRoutes } from "./actions";
import { domainRoutes } from "./domains";
import { dropletRoutes } from "./droplets";
import { ApiError, errorHandler, sendError, unknownPath } from "./errors";
import type { Faults } from "./faults";
import { firewallRoutes } from "./firewalls";
import { keyRoutes } from "./keys";
import { monitoringRoutes } from "./monitoring";
import { reservedIpRoutes } from "./reservedIps";
import { tagRoutes } from "./tags";
import type { World } from "./world";

const BODY_LIMIT = "1mb";

/** The v2 API of the cloud, as far as this project's resources and their providers use it. */
export function apiRoutes(world: World, token: string, faults: Faults, requests: string[]): Express {
  const api = express();
  api.use(recorder(requests), bearer(token), faults.handler, express.json({ limit: BODY_LIMIT }));
  for (const routes of [
    accountRoutes,
    keyRoutes,
    dropletRoutes,
    actionRoutes,
    firewallRoutes,
    tagRoutes,
    domainRoutes,
    reservedIpRoutes,
    monitoringRoutes,
  ]) {
    api.use(routes(world));
  }
  api.use(unknownPath, errorHandler(world.surroundings.log));
  return api;
}

/** Lets only requests with that bearer token through. */
export function bearer(token: string): RequestHandler {
  return (request, response, next) => {
    if (request.get("Authorization") === `Bearer ${token}`) next();
    else sendError(response, new ApiError(401, "Unauthorized", "Unable to authenticate you"));
  };
}

function recorder(requests: string[]): RequestHandler {
  return (request, response, next) => {
    const call = `${request.method} ${request.baseUrl}${request.path}`;
    response.on("finish", () => requests.push(`${call} ${response.statusCode}`));
    next();
  };
}
