import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { run } from "../../sandbox/cloud/run";
import type { Certificate } from "../../sandbox/mail/certificate";
import { startTestServer } from "./testServer";

/** A name server that has the whole world, one signed root zone, to itself. */
export interface SignedDns {
  readonly address: string;
  /** The root's public key, as a resolver's trust anchor file holds it. */
  readonly anchor: string;
  /** Serves these records instead, newly signed, from a moment later on. */
  publish(records: string[]): Promise<void>;
  /** How often a name and type were asked for so far. */
  asked(name: string, type: string): Promise<number>;
  close(): Promise<void>;
}

/** Where the packaged AppArmor profile lets named write. */
const STATE = "/var/cache/bind";
/** Records with this comment are changed after they were signed. */
const FORGED = "; forged";
const SECONDS = 1;

/**
 * Starts BIND's `named` on port 53 of an address. `records` are lines of a zone file with full names; an A record with
 * `; forged` at its end is served with another address than the one that was signed.
 */
export async function startSignedDns(address: string, records: string[]): Promise<SignedDns> {
  const folder = await mkdtemp(join(STATE, "mail-relay-"));
  const file = (name: string) => join(folder, name);
  await run(["dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", "-f", "KSK", "."]);
  const key = (await readdir(folder)).find((name) => name.endsWith(".key"))!;
  const publish = async (wanted: string[]) => {
    const soa = `. IN SOA ns.example. hostmaster.example. ${Math.floor(Date.now() / 1000)} 60 60 3600 ${SECONDS}`;
    const zone = [`$TTL ${SECONDS}`, soa, ". IN NS ns.example.", `ns.example. IN A ${address}`, ...wanted];
    await writeFile(file("root.zone"), zone.map((line) => `${line}\n`).join(""));
    // One key for everything, which is a key-signing key to resolvers.
    const sign = ["dnssec-signzone", "-S", "-z", "-P", "-K", folder, "-d", folder, "-o", ".", "-f", file("signed")];
    await run([...sign, file("root.zone")]);
    const forged = wanted.filter((line) => line.endsWith(FORGED)).map((line) => line.split(" ")[0]!);
    const signed = (await readFile(file("signed"), "utf8")).split("\n").map((line) => {
      const ours = forged.some((name) => line.startsWith(name));
      return ours ? line.replace(/(\sA\s.*\.)\d+$/, "$1254") : line;
    });
    await writeFile(file("root.signed"), signed.join("\n"));
  };
  await publish(records);
  await writeFile(file("named.conf"), configuration(address, folder));
  const named: [string, ...string[]] = ["named", "-f", "-4", "-n", "1", "-c", file("named.conf")];
  const { reload, close } = await startTestServer(named, folder, () => reach(address));
  return {
    address,
    anchor: (await readFile(file(key), "utf8")).replace(/^;.*\n/gm, ""),
    publish: async (wanted) => {
      await publish(wanted);
      reload();
    },
    asked: async (name, type) =>
      (await readFile(file("queries.log"), "utf8")).split(`query: ${name} IN ${type} `).length - 1,
    close,
  };
}

async function reach(address: string): Promise<void> {
  const connection = connect(53, address);
  await once(connection, "connect");
  connection.destroy();
}

function configuration(address: string, folder: string): string {
  return `options {
  directory "${folder}";
  listen-on { ${address}; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  minimal-responses yes;
};
controls { };
logging { channel queries { file "${folder}/queries.log"; }; category queries { queries; }; };
zone "." { type primary; file "${folder}/root.signed"; };
`;
}

/** The TLSA record for a server's own key (3 1 1, RFC 7672 3.1.1); with a wrong digest where that is wanted. */
export function tlsa(name: string, { cert }: Certificate, right = true): string {
  const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const digest = createHash("sha256")
    .update(right ? key : "another key")
    .digest("hex");
  return `_25._tcp.${name} IN TLSA 3 1 1 ${digest}`;
}
