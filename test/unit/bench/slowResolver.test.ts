import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { startSlowResolver } from "../../bench/mail/slowResolver";

const address = "127.0.0.1";

test("a reverse lookup takes its time, and others overtake it; the answers are those of the resolver behind", async () => {
  const known = createSocket("udp4");
  known.on("message", (query, from) => {
    // The same message as a reply that there is no such name.
    const reply = Buffer.from(query);
    reply.writeUInt16BE(0x8183, 2);
    known.send(reply, from.port, from.address);
  });
  known.bind(0, address);
  await once(known, "listening");
  const upstream = { address, port: known.address().port };
  const port = await freePort();
  const close = await startSlowResolver({ address, port }, upstream, 300);
  const resolver = new Resolver({ tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  const ended: string[] = [];
  const asked = (name: string, answer: Promise<unknown>) =>
    answer.catch((error: NodeJS.ErrnoException) => ended.push(`${name} ${error.code}`));
  const started = performance.now();
  await Promise.all([
    asked("reverse", resolver.reverse("192.0.2.1")),
    asked("forward", resolver.resolve4("relay.example.com")),
  ]);
  expect(ended).toEqual(["forward ENOTFOUND", "reverse ENOTFOUND"]);
  expect(performance.now() - started).toBeGreaterThanOrEqual(295);
  close();
  known.close();
});

async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, address);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
