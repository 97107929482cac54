import { request as httpRequest } from "node:http";
import type { InstanceRecord } from "./instances";
import { layoutOf } from "./layout";
import type { Cloud, DropletView } from "./types";

/** The running cloud of that record, spoken to over its loopback server. */
export function cloudOf(
  record: InstanceRecord,
  { port, hasIpv6 }: NonNullable<InstanceRecord["daemon"]>,
  remove: () => Promise<void>,
): Cloud {
  const { gateway, trustedClient, strangerClient, ipv6 } = layoutOf(record.index);
  const call = <T>(method: string, path: string, body?: unknown) =>
    admin<T>({ port, token: record.adminToken, method, path: `/sandbox${path}`, body });
  return {
    apiEndpoint: `http://127.0.0.1:${port}`,
    gateway,
    trustedClient,
    strangerClient,
    ipv6: hasIpv6 ? ipv6 : undefined,
    droplets: () => call<DropletView[]>("GET", "/droplets"),
    exec: (id, argv, stdin) => call("POST", `/droplets/${id}/exec`, { argv, stdin }),
    reboot: async (id, how = "graceful") => void (await call("POST", `/droplets/${id}/reboot`, { how })),
    setFault: async (fault) => void (await call("POST", "/faults", fault)),
    clearFaults: async () => void (await call("DELETE", "/faults")),
    setDns: async (records) => void (await call("PUT", "/dns", records)),
    requests: () => call<string[]>("GET", "/requests"),
    close: remove,
  };
}

interface AdminCall {
  port: number;
  token: string;
  method: string;
  path: string;
  body?: unknown;
}

/** One call without a time limit, which `fetch` would impose on a long command. */
function admin<T>({ port, token, method, path, body }: AdminCall): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const request = httpRequest({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as T & { message?: string };
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${method} ${path}: ${answer.message ?? response.statusCode}`));
      });
    });
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
