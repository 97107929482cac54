import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect } from "node:tls";
import type { Lab } from "../../sandbox/lab";

/** What a client is shown on port 465; with a root, one that trusts nobody else and insists on the relay's name. */
export async function servedCertificate(lab: Lab, address: string, root?: string): Promise<X509Certificate> {
  const tcp = connectTcp({ host: address, port: 465, localAddress: lab.cloud.strangerClient });
  const servername = "relay.example.test";
  const socket = connect({ socket: tcp, servername, ca: root, rejectUnauthorized: root !== undefined });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerX509Certificate()!;
  } finally {
    socket.destroy();
  }
}
