import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What the metadata service knows of a droplet, which it recognises by its address. */
interface Metadata {
  id: number;
  name: string;
  address: string;
  userData: string;
}

const PREFIX = "/metadata/v1";

/** The paths of the cloud's metadata service that a mail relay could be interested in. */
const answers = (droplet: Metadata): Record<string, string> => ({
  [`${PREFIX}/id`]: String(droplet.id),
  [`${PREFIX}/hostname`]: droplet.name,
  [`${PREFIX}/user-data`]: droplet.userData,
  [`${PREFIX}/interfaces/public/0/ipv4/address`]: droplet.address,
});

/** Serves droplets their metadata, as on the real cloud without credentials. */
export async function startMetadata(
  gateway: string,
  find: (address: string) => Metadata | undefined,
): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    const droplet = find(request.socket.remoteAddress ?? "");
    const body = droplet && request.method === "GET" ? answers(droplet)[request.url ?? ""] : undefined;
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": "text/plain; charset=utf-8" });
    response.end(body ?? "not found");
  });
  server.listen(0, gateway);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, server };
}
