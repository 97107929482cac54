/** A stand-in for the DigitalOcean API: it notes requests and answers from a script. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { digitaloceanProvider } from "../../../../sandbox/engine/providers/digitalocean/provider";
import type { ResourceKind } from "../../../../sandbox/engine/providers/provider";

export type Json = Record<string, unknown>;

export interface Answer {
  status?: number;
  body?: Json;
  headers?: Record<string, string>;
}

export type Route = Answer | ((body: Json) => Answer);

export class Api {
  /** `METHOD /path` of every request. */
  readonly requests: string[] = [];
  readonly bodies: Json[] = [];
  readonly authorizations = new Set<string>();
  /** Answers by `METHOD /path`: each is used once, the last one for ever. */
  readonly routes: Record<string, Route[]> = {};
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request).then(({ status = 200, body, headers = {} }) => {
      response.writeHead(status, { "Content-Type": "application/json", ...headers });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  });

  /** A kind of resource of the provider that talks to this API. */
  kind(type: string): ResourceKind {
    const config = { token: "token-1", apiEndpoint: this.endpoint };
    return digitaloceanProvider(config, { dropletPollDelayMs: 10 }).kinds[type]!;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(request: string, ...answers: Route[]): this {
    this.routes[request] = answers;
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const body = text === "" ? {} : (JSON.parse(text) as Json);
    const key = `${request.method} ${request.url}`;
    this.requests.push(key);
    this.bodies.push(body);
    this.authorizations.add(request.headers.authorization ?? "");
    const answers = this.routes[key] ?? [];
    const route = answers.length > 1 ? answers.shift() : answers[0];
    if (route === undefined) {
      return { status: 404, body: { id: "not_found", message: "The resource you requested could not be found." } };
    }
    return typeof route === "function" ? route(body) : route;
  }
}

/** A droplet as the API shows it. */
export function droplet(more: Json = {}): { body: { droplet: Json } } {
  return {
    body: {
      droplet: {
        id: 42,
        name: "mail",
        status: "active",
        locked: false,
        memory: 1024,
        vcpus: 1,
        disk: 25,
        region: { slug: "fra1" },
        size: { slug: "s-1vcpu-1gb", price_hourly: 0.00893, price_monthly: 6 },
        size_slug: "s-1vcpu-1gb",
        image: { slug: "ubuntu-24-04-x64" },
        networks: {
          v4: [
            { type: "private", ip_address: "10.1.0.2" },
            { type: "public", ip_address: "203.0.113.9" },
          ],
          v6: [],
        },
        features: ["monitoring"],
        volume_ids: [],
        tags: ["mail"],
        vpc_uuid: "aaaa-bbbb",
        created_at: "2026-01-01T00:00:00Z",
        ...more,
      },
    },
  };
}
