/** The DigitalOcean API over HTTP, with the retries of the original's client. */
import { setTimeout as sleep } from "node:timers/promises";
import { asText } from "../../embedded/values";
import type { ProviderConfig } from "../provider";

const DEFAULT_ENDPOINT = "https://api.digitalocean.com";
const RETRIES = 4;
const SHORTEST_PAUSE_S = 1;
const LONGEST_PAUSE_S = 30;

/** What the API answers; numbers, texts and lists as they come. */
export type Json = { [key: string]: unknown };

/** An answer that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export class Client {
  private readonly endpoint: string;
  private readonly token: string;

  constructor(config: ProviderConfig) {
    this.endpoint = config.apiEndpoint ?? process.env.DIGITALOCEAN_API_URL ?? DEFAULT_ENDPOINT;
    this.token = config.token ?? process.env.DIGITALOCEAN_TOKEN ?? process.env.DIGITALOCEAN_ACCESS_TOKEN ?? "";
  }

  get(path: string, signal: AbortSignal): Promise<Json> {
    return this.call("GET", path, undefined, signal);
  }

  post(path: string, body: Json, signal: AbortSignal): Promise<Json> {
    return this.call("POST", path, body, signal);
  }

  put(path: string, body: Json, signal: AbortSignal): Promise<Json> {
    return this.call("PUT", path, body, signal);
  }

  /** What is gone already is as good as deleted. */
  async delete(path: string, signal: AbortSignal, body?: Json): Promise<void> {
    await this.call("DELETE", path, body, signal).catch(ignoreNotFound);
  }

  private async call(method: string, path: string, body: Json | undefined, signal: AbortSignal): Promise<Json> {
    const url = new URL(path, this.endpoint).href;
    const request: RequestInit = {
      method,
      signal,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(url, request).catch((error: unknown) => {
        signal.throwIfAborted();
        return error as Error;
      });
      if (!shouldRetry(answer)) {
        return readAnswer(answer as Response, method, url);
      }
      if (attempt === RETRIES) {
        throw new Error(`${method} ${url} giving up after ${attempt + 1} attempt(s): ${await describe(answer)}`);
      }
      await sleep(pauseSeconds(answer, attempt) * 1000, undefined, { signal });
    }
  }
}

export function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) {
    throw error;
  }
  return undefined;
}

function shouldRetry(answer: Response | Error): boolean {
  return answer instanceof Error || answer.status === 429 || (answer.status >= 500 && answer.status !== 501);
}

/** The server's own wish counts where it may state one; otherwise pauses double. */
function pauseSeconds(answer: Response | Error, attempt: number): number {
  const wish = answer instanceof Error ? null : answer.headers.get("Retry-After");
  if (wish !== null && /^\d+$/.test(wish) && [429, 503].includes((answer as Response).status)) {
    return Number(wish);
  }
  return Math.min(SHORTEST_PAUSE_S * 2 ** attempt, LONGEST_PAUSE_S);
}

async function describe(answer: Response | Error): Promise<string> {
  if (answer instanceof Error) {
    return answer.cause instanceof Error ? answer.cause.message : answer.message;
  }
  return `${answer.status} ${asText((await parse(answer)).message)}`.trim();
}

async function parse(answer: Response): Promise<Json> {
  const text = await answer.text();
  try {
    return text === "" ? {} : (JSON.parse(text) as Json);
  } catch {
    return { message: text };
  }
}

async function readAnswer(answer: Response, method: string, url: string): Promise<Json> {
  const body = await parse(answer);
  if (answer.ok) {
    return body;
  }
  const requestId = body.request_id ?? answer.headers.get("x-request-id");
  const request = typeof requestId === "string" ? ` (request "${requestId}")` : "";
  throw new ApiError(answer.status, `${method} ${url}: ${answer.status}${request} ${asText(body.message)}`);
}
