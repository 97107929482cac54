import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { apiRoutes } from "../../../../sandbox/cloud/api/app";
import { Faults } from "../../../../sandbox/cloud/api/faults";
import { World, type Machines, type MachineSpec, type NetworkView } from "../../../../sandbox/cloud/api/world";
import { layoutOf } from "../../../../sandbox/cloud/layout";

export const TOKEN = "right";

interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** Machines that do at once, or when told to, what is asked of them, and write it down. */
class FakeMachines implements Machines {
  readonly calls: string[] = [];
  readonly created: MachineSpec[] = [];
  /** Set to let machines boot later, or fail. */
  booting: Promise<void> = Promise.resolve();
  /** Set to let everything else take time. */
  working: Promise<void> = Promise.resolve();

  create(spec: MachineSpec): Promise<void> {
    this.created.push(spec);
    return this.booting;
  }
  start = (id: number) => this.note(`start ${id}`);
  stop = (id: number, how: string) => this.note(`stop ${id} ${how}`);
  reboot = (id: number, how: string) => this.note(`reboot ${id} ${how}`);
  remove = (id: number) => this.note(`remove ${id}`);

  private note(call: string): Promise<void> {
    this.calls.push(call);
    return this.working;
  }
}

/** The API with nothing real behind it. */
export class TestServer {
  readonly machines = new FakeMachines();
  readonly faults = new Faults();
  readonly requests: string[] = [];
  readonly log: string[] = [];
  readonly networks: NetworkView[] = [];
  readonly world = new World({
    layout: layoutOf(2),
    hasIpv6: true,
    release: "trixie",
    machines: this.machines,
    applyNetwork: (view) => Promise.resolve(void this.networks.push(view)),
    log: (line) => this.log.push(line),
  });
  private server!: Server;

  async start(): Promise<this> {
    this.server = createServer(express().use("/v2", apiRoutes(this.world, TOKEN, this.faults, this.requests)));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async call(method: string, path: string, json?: unknown, token: string | undefined = TOKEN): Promise<Answer> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/v2${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: typeof json === "string" ? json : JSON.stringify(json),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: JSON.parse(text || "{}") as Record<string, unknown>,
      headers: response.headers,
    };
  }

  get network(): NetworkView {
    return this.networks.at(-1)!;
  }

  /** Asks until the answer is as wanted; the test's own time limit ends the wait. */
  async until(path: string, isWanted: (answer: Answer) => boolean): Promise<Answer> {
    for (;;) {
      const answer = await this.call("GET", path);
      if (isWanted(answer)) return answer;
    }
  }
}

export const DROPLET = { name: "mail.example.test", region: "fra1", size: "s-1vcpu-1gb", image: "ubuntu-24-04-x64" };
