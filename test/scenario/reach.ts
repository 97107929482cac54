import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../sandbox/cloud/types";

/** Long enough for a handshake on one machine, even a busy one; only what is dropped takes all of it. */
const PATIENCE_MS = 2000;

/** Whether a connection from one of this machine's addresses comes about. */
export async function connects(
  port: number,
  localAddress: string,
  host: string,
  patienceMs = PATIENCE_MS,
): Promise<boolean> {
  const socket = connect({ host, port, localAddress });
  const failed = new Promise<boolean>((resolve) => socket.once("error", () => resolve(false)));
  const connected = once(socket, "connect").then(
    () => true,
    () => false,
  );
  const result = await Promise.race([connected, failed, sleep(patienceMs, false)]);
  socket.destroy();
  return result;
}

/** Whether a connection from inside a droplet comes about. */
export async function connectsFrom(cloud: Cloud, from: { id: number }, host: string, port: number): Promise<boolean> {
  const script = `exec 3<>/dev/tcp/${host}/${port}`;
  const argv = ["timeout", String(PATIENCE_MS / 1000), "bash", "-c", script];
  return (await cloud.exec(from.id, argv)).code === 0;
}
