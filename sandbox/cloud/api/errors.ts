import { randomUUID } from "node:crypto";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";

/** An answer other than success, as the API words it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (message = "The resource you requested could not be found.") =>
  new ApiError(404, "not_found", message);

export const invalid = (message: string) => new ApiError(422, "unprocessable_entity", message);

const ID_OF_STATUS: Record<number, string> = {
  401: "Unauthorized",
  404: "not_found",
  422: "unprocessable_entity",
  429: "too_many_requests",
};

/** The id that belongs to a status the API was told to answer. */
export const idOf = (status: number): string => ID_OF_STATUS[status] ?? (status < 500 ? "bad_request" : "server_error");

export function sendError(response: Response, { status, id, message }: ApiError): void {
  response.status(status).json({ id, message, request_id: randomUUID() });
}

export const unknownPath: RequestHandler = () => {
  throw notFound();
};

/** Turns whatever a handler threw into the API's error object. */
export function errorHandler(log: (line: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof ApiError) return sendError(response, error);
    if (error instanceof SyntaxError)
      return sendError(response, new ApiError(400, "bad_request", "The body is not JSON."));
    log(
      `${request.method} ${request.path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    sendError(response, new ApiError(500, "server_error", "Server was unable to give you a response."));
  };
}
