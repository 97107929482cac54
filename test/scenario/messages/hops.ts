import { startSink, type Sink, type SinkOptions } from "../../../sandbox/mail/sink";

/** A kind of next hop: what it offers, and the domain whose mail goes there. */
export interface Hop {
  name: string;
  domain: string;
  sink: Omit<SinkOptions, "address" | "port">;
}

const hop = (name: string, sink: Hop["sink"] = {}): Hop => ({ name, domain: `${name}.test`, sink });

/** The first has everything that a message may need. */
export const hops: Hop[] = [
  hop("full", { size: 50_000_000 }),
  hop("no-tls", { tls: "none" }),
  hop("no-8bitmime", { hides: ["8BITMIME", "SMTPUTF8"] }),
  hop("no-smtputf8", { hides: ["SMTPUTF8"] }),
  hop("bare", { tls: "none", hides: ["8BITMIME", "SMTPUTF8", "PIPELINING"] }),
  hop("small", { size: 200_000 }),
];

/** The receiving servers of all kinds at once, and the relay's option that leads to them. */
export async function startHops(address: string) {
  const sinks = new Map<string, Sink>();
  for (const { name, sink } of hops) sinks.set(name, await startSink({ ...sink, address, port: 0 }));
  return {
    sinks,
    transports: hops.map(({ name, domain }) => ({
      destinations: [domain],
      relayHost: { host: address, port: sinks.get(name)!.port, tls: "opportunistic" as const },
    })),
    close: () => Promise.all([...sinks.values()].map((sink) => sink.close())),
  };
}
