import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Lab } from "../../sandbox/lab";

/** Where every program but Pulumi's provider looks for DigitalOcean. */
export const API_NAME = "api.digitalocean.com";

export type Scope = "domain:read" | "domain:create" | "domain:update" | "domain:delete";

export interface DigitalOceanFront {
  /** Tokens besides that of the cloud, each with what it may do. */
  readonly tokens: Map<string, Scope[]>;
  /** Vouches for it; programs must be told to trust it. */
  readonly authority: string;
  /** What was asked here, oldest first: `METHOD /v2/path STATUS`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** The scopes that DigitalOcean's reference names for each method on domains and their records. */
const NEEDED: Record<string, Scope[]> = {
  GET: ["domain:read"],
  POST: ["domain:create", "domain:update"],
  PUT: ["domain:update"],
  DELETE: ["domain:delete"],
};

/**
 * The sandbox cloud's API at its real name and port, over TLS, for tokens with custom scopes. `API_NAME` must be in the
 * lab's DNS.
 */
export async function startDigitalOceanFront(lab: Lab): Promise<DigitalOceanFront> {
  const tokens: DigitalOceanFront["tokens"] = new Map();
  const requests: string[] = [];
  const { authority, cert, key } = await issueForApi();
  const own = lab.stack.config["digitalocean:token"]!.value;

  async function answer(method: string, path: string, token: string, body: string): Promise<[number, string]> {
    const scopes = tokens.get(token);
    if (scopes !== undefined) {
      const allowed = path.startsWith("/v2/domains") && NEEDED[method]?.every((scope) => scopes.includes(scope));
      if (!allowed) {
        return [403, JSON.stringify({ id: "Forbidden", message: "You are not authorized to perform this operation" })];
      }
    }
    const response = await fetch(`${lab.cloud.apiEndpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${scopes === undefined ? token : own}`, "Content-Type": "application/json" },
      body: method === "GET" ? undefined : body,
    });
    return [response.status, await response.text()];
  }

  const server = createServer({ cert, key }, (request, response) => {
    const { method = "", url = "", headers } = request;
    const token = (headers.authorization ?? "").replace("Bearer ", "");
    void text(request)
      .then((body) => answer(method, url, token, body))
      .then(([status, body]) => {
        requests.push(`${method} ${url.split("?")[0]} ${status}`);
        response.writeHead(status, { "Content-Type": "application/json" }).end(status === 204 ? undefined : body);
      });
  });
  server.listen(443, lab.cloud.gateway);
  await once(server, "listening");
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return { tokens, authority, requests, close };
}

/** By openssl, because Python from 3.13 on wants all that RFC 5280 demands of certificates, key identifiers included. */
async function issueForApi(): Promise<{ authority: string; cert: string; key: string }> {
  const folder = await mkdtemp(join(tmpdir(), "mail-relay-digitalocean-"));
  const openssl = (args: string) => promisify(execFile)("openssl", args.split(" "), { cwd: folder });
  const read = (file: string) => readFile(join(folder, file), "utf8");
  try {
    await writeFile(
      join(folder, "config"),
      `[req]
distinguished_name = name
x509_extensions = authority
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
subjectAltName = DNS:${API_NAME}
authorityKeyIdentifier = keyid
`,
    );
    const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    await openssl(`req -config config -x509 ${newKey} -subj /CN=digitalocean.test -keyout ca.key -out ca.pem`);
    await openssl(`req -config config -new ${newKey} -subj /CN=${API_NAME} -keyout key.pem -out request.pem`);
    const signing = "-CA ca.pem -CAkey ca.key -set_serial 1 -extfile config -extensions server";
    await openssl(`x509 -req -in request.pem ${signing} -out certificate.pem`);
    return { authority: await read("ca.pem"), cert: await read("certificate.pem"), key: await read("key.pem") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
