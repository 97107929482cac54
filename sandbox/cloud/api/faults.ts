import type { RequestHandler } from "express";
import type { Fault } from "../types";
import { ApiError, idOf, sendError } from "./errors";

/** The misbehaviour the API was told to show; each fault hits the requests it matches until it is used up. */
export class Faults {
  private pending: { fault: Fault; left: number }[] = [];

  set(fault: Fault): void {
    this.pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.pending = [];
  }

  readonly handler: RequestHandler = (request, response, next) => {
    const fault = this.take(`${request.method} ${request.baseUrl}${request.path}`);
    if (fault?.status !== undefined) {
      if (fault.retryAfterSeconds !== undefined) response.set("Retry-After", String(fault.retryAfterSeconds));
      return sendError(response, new ApiError(fault.status, idOf(fault.status), "The sandbox was told to fail here."));
    }
    response.locals.neverActive = fault !== undefined;
    next();
  };

  private take(call: string): Fault | undefined {
    const hit = this.pending.find(({ fault, left }) => left > 0 && matches(fault.match, call));
    if (hit) hit.left--;
    return hit?.fault;
  }
}

/** `*` stands for any text. */
function matches(pattern: string, call: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(call);
}
