import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Lab } from "../../sandbox/lab";
import type { DnsRecord } from "../../sandbox/cloud/types";
import { createAuthority, type Issued } from "../authority";
import { startTestServer } from "./testServer";

export interface AcmeServer {
  directoryUrl: string;
  /** Vouches for the directory's own HTTPS. */
  caCertificate: string;
  /** The same, to vouch for others too. */
  authority: Issued;
  /** The root of what it issues. */
  root: string;
  close(): Promise<void>;
}

interface AcmeServerOptions {
  validitySeconds: number;
  /** Of the directory; that of the management is a thousand higher. */
  port?: number;
  /** Address of the name server it asks. Default: the lab's. */
  resolver?: string;
  /** Vouches for the directory's HTTPS. Default: one of its own. */
  authority?: Issued;
}

/** A name in the lab's DNS for the sandbox host. */
const NAME = "acme.receiver.test";

/**
 * Pebble, Let's Encrypt's own small ACME server, on the sandbox host's address in the lab's network. It looks names up
 * in the lab's DNS and validates over the network, like the real one. `NAME` must be in that DNS.
 */
export async function startAcmeServer(
  lab: Lab,
  { validitySeconds, port = 14000, resolver = lab.cloud.gateway, authority = createAuthority() }: AcmeServerOptions,
): Promise<AcmeServer> {
  const { gateway } = lab.cloud;
  const management = port + 1000;
  const own = authority.issue(NAME);
  const folder = await mkdtemp(join(tmpdir(), "mail-relay-acme-"));
  const file = async (name: string, body: string) => {
    await writeFile(join(folder, name), body, { mode: 0o600 });
    return join(folder, name);
  };
  const pebble = {
    listenAddress: `${gateway}:${port}`,
    managementListenAddress: `${gateway}:${management}`,
    certificate: await file("certificate.pem", own.certificate),
    privateKey: await file("key.pem", own.privateKey),
    httpPort: 80,
    tlsPort: 443,
    // The first is for older versions, which do not know the second.
    certificateValidityPeriod: validitySeconds,
    profiles: { default: { description: "for a test", validityPeriod: validitySeconds } },
  };
  const config = await file("pebble.json", JSON.stringify({ pebble }));
  const { answer: root, close } = await startTestServer(
    ["pebble", "-config", config, "-dnsserver", `${resolver}:53`],
    folder,
    () => get(`https://${gateway}:${management}/roots/0`, authority.certificate),
    { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0", PEBBLE_AUTHZREUSE: "0" },
  );
  const directoryUrl = `https://${NAME}:${port}/dir`;
  return { directoryUrl, caCertificate: authority.certificate, authority, root, close };
}

async function get(url: string, ca: string): Promise<string> {
  const asked = request(url, { ca, servername: NAME, checkServerIdentity: () => undefined });
  asked.end();
  const [response] = (await once(asked, "response")) as [NodeJS.ReadableStream & { statusCode: number }];
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return text(response);
}

/** The lab's DNS with the ACME server's name in it, and those of other servers. */
export async function nameAcmeServer(lab: Lab, others: DnsRecord[] = []): Promise<void> {
  const { gateway } = lab.cloud;
  await lab.cloud.setDns([
    { name: "mx.receiver.test", type: "A", value: gateway },
    { name: NAME, type: "A", value: gateway },
    { name: "receiver.test", type: "MX", value: "mx.receiver.test" },
    ...others,
  ]);
}

/** A name server that knows no name below `test`. */
export async function nobodysNames(address: string): Promise<ChildProcess> {
  const only = ["--no-resolv", "--no-hosts", "--local=/test/", `--listen-address=${address}`, "--bind-interfaces"];
  const server = spawn("dnsmasq", ["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file", ...only]);
  await once(server, "spawn");
  return server;
}
