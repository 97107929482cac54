import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { adminRoutes } from "./admin";
import { apiRoutes } from "./api/app";
import { Faults } from "./api/faults";
import { World, type NetworkView } from "./api/world";
import { instanceFolder } from "./folders";
import { ensureImage } from "./image/build";
import { exclusively, readRecord, startForwarding, writeRecord } from "./instances";
import { layoutOf } from "./layout";
import { Hypervisor } from "./machine/hypervisor";
import { createBridge } from "./network/bridge";
import { Dns } from "./network/dns";
import { startMetadata } from "./network/metadata";
import { renderRules } from "./network/rules";
import { run } from "./run";
import { sweep } from "./sweep";

/** What the parent process hears once the API answers, or why it will not. */
export type DaemonReport = { ready: true } | { error: string };

/** The cloud of one instance: `daemon.ts NAME`, started while its parent holds the lock on all. Ends on TERM. */
async function main(name: string): Promise<void> {
  const record = await readRecord(name);
  if (!record) throw new Error(`there is no sandbox ${name}`);
  const folder = instanceFolder(name);
  const layout = layoutOf(record.index);
  const log = (line: string) => appendFileSync(join(folder, "daemon.log"), `${new Date().toISOString()} ${line}\n`);

  await startForwarding();
  const hasIpv6 = await createBridge(layout);
  const dns = new Dns(layout, folder);
  const hypervisor = new Hypervisor({
    layout,
    folder: join(folder, "droplets"),
    imageFor: (release) => ensureImage(release, log),
    onOff: (id) => {
      const droplet = world.droplets.get(id);
      if (droplet && droplet.status === "active") droplet.status = "off";
    },
  });
  const applyNetwork = async ({ names, records, guarded, reserved }: NetworkView) => {
    await run(["nft", "-f", "-"], { stdin: renderRules({ layout, metadataPort: metadata.port, guarded, reserved }) });
    await dns.setDroplets(names);
    await dns.setZones(records);
  };
  const world = new World({ layout, hasIpv6, release: record.release, machines: hypervisor, applyNetwork, log });
  const metadata = await startMetadata(layout.gateway, (address) =>
    [...world.droplets.values()].find((droplet) => droplet.address === address),
  );
  await world.networkChanged();
  await dns.setRecords([]);

  const faults = new Faults();
  const requests: string[] = [];
  const app = express();
  app.use("/v2", apiRoutes(world, record.token, faults, requests));
  app.use("/sandbox", adminRoutes({ world, hypervisor, dns, faults, requests, adminToken: record.adminToken, log }));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  await writeRecord({ ...record, daemon: { pid: process.pid, port: (server.address() as AddressInfo).port, hasIpv6 } });

  process.once("SIGTERM", () => {
    server.close();
    server.closeAllConnections();
    void hypervisor
      .close()
      .catch((error: unknown) => log(String(error)))
      .then(() => exclusively(() => sweep(name)))
      .then(() => process.exit(0));
  });
}

function report(message: DaemonReport, then: () => void): void {
  process.send?.(message, then);
}

main(process.argv[2] ?? "").then(
  () => report({ ready: true }, () => process.disconnect()),
  (error: unknown) => report({ error: error instanceof Error ? error.message : String(error) }, () => process.exit(1)),
);
