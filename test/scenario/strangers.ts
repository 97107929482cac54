import { connect, type Socket } from "node:net";

const PORTS = [25, 587];
const DRIP_MS = 4_000;
/** A listener that is full or down is tried again after this. */
const PAUSE_MS = 1_000;

/** Clients that say a command letter by letter and never end it; each comes back when it is thrown out. */
export class Strangers {
  private readonly sockets = new Set<Socket>();
  private ended = false;

  constructor(
    private readonly host: string,
    private readonly localAddress: string,
    count: number,
  ) {
    for (let index = 0; index < count; index++) this.come(PORTS[index % PORTS.length]!);
  }

  private come(port: number): void {
    if (this.ended) return;
    const socket = connect({ host: this.host, port, localAddress: this.localAddress });
    this.sockets.add(socket);
    const drip = setInterval(() => socket.write("E"), DRIP_MS);
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(drip);
      this.sockets.delete(socket);
      setTimeout(() => this.come(port), PAUSE_MS).unref();
    });
  }

  leave(): void {
    this.ended = true;
    for (const socket of this.sockets) socket.destroy();
  }
}
