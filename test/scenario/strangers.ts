import { connect, type Socket } from "node:net";
import { run } from "../../sandbox/cloud/run";

const DRIP_MS = 4_000;
/** A listener that is full or down is tried again after this. */
const PAUSE_MS = 1_000;

/** Gives this machine further addresses on the way to a host; resolves with what takes them away again. */
export async function addAddresses(host: string, addresses: string[]): Promise<() => Promise<void>> {
  const bridge = (await run(["ip", "-4", "-o", "route", "get", host])).match(/dev (\S+)/)![1]!;
  for (const address of addresses) await run(["ip", "address", "add", `${address}/32`, "dev", bridge]);
  return async () => {
    for (const address of addresses) await run(["ip", "address", "delete", `${address}/32`, "dev", bridge]);
  };
}

/** So many addresses of the range for benchmarks (RFC 2544). */
export const manyAddresses = (count: number) => Array.from({ length: count }, (_, index) => `198.18.77.${index + 1}`);

/** Clients that say a command letter by letter and never end it; each comes back when it is thrown out. */
export class Strangers {
  private readonly sockets = new Set<Socket>();
  private ended = false;

  constructor(
    private readonly host: string,
    private readonly addresses: string[],
    private readonly ports: number[],
    count: number,
  ) {
    for (let index = 0; index < count; index++) this.come(index);
  }

  private come(index: number): void {
    if (this.ended) return;
    const port = this.ports[index % this.ports.length]!;
    const localAddress = this.addresses[Math.floor(index / this.ports.length) % this.addresses.length];
    const socket = connect({ host: this.host, port, localAddress });
    this.sockets.add(socket);
    const drip = setInterval(() => socket.write("E"), DRIP_MS);
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(drip);
      this.sockets.delete(socket);
      setTimeout(() => this.come(index), PAUSE_MS).unref();
    });
  }

  leave(): void {
    this.ended = true;
    for (const socket of this.sockets) socket.destroy();
  }
}
