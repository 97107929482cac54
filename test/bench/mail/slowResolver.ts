import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const HEADER_BYTES = 12;
const PTR = 12;
const ANSWER_MS = 5_000;

export interface Place {
  address: string;
  port: number;
}

/**
 * A resolver in front of another that takes its time to find the name of an address. Reverse lookups are the ones that
 * are slow in the world: every client has another answer, kept by its own provider, and few are in a cache.
 */
export async function startSlowResolver(own: Place, upstream: Place, delayMs: number): Promise<() => void> {
  const server = createSocket("udp4");
  const answer = async (query: Buffer, from: RemoteInfo) => {
    if (questionType(query) === PTR) await sleep(delayMs);
    server.send(await ask(upstream, query), from.port, from.address);
  };
  // A query that stays without an answer is asked again by whoever waits for it.
  server.on("message", (query, from) => void answer(query, from).catch(() => undefined));
  server.bind(own.port, own.address);
  await once(server, "listening");
  return () => server.close();
}

async function ask(upstream: Place, query: Buffer): Promise<Buffer> {
  const socket = createSocket("udp4");
  try {
    socket.send(query, upstream.port, upstream.address);
    const [reply] = (await once(socket, "message", { signal: AbortSignal.timeout(ANSWER_MS) })) as [Buffer];
    return reply;
  } finally {
    socket.close();
  }
}

/** The type a query asks for: it follows the name, which is a row of labels, each with its length before it. */
function questionType(query: Buffer): number {
  let position = HEADER_BYTES;
  while (query.readUInt8(position) > 0) position += 1 + query.readUInt8(position);
  return query.readUInt16BE(position + 1);
}
