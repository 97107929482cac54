import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a droplet is told about itself before it first boots. */
interface Seed {
  id: number;
  name: string;
  address: string;
  gateway: string;
  /** Absent for a droplet without IPv6. */
  ipv6?: { address: string; gateway: string };
  userData: string;
  authorizedKeys: string[];
}

const SEED_FOLDER = "var/lib/cloud/seed/nocloud";

/** The files that identify a droplet, by their path below its root. */
export function seedFiles(seed: Seed): Record<string, string> {
  const metaData = {
    "instance-id": `droplet-${seed.id}`,
    "local-hostname": seed.name,
    "public-keys": seed.authorizedKeys,
  };
  return {
    [join(SEED_FOLDER, "user-data")]: seed.userData,
    // YAML is a superset of JSON, and JSON needs no care with quoting.
    [join(SEED_FOLDER, "meta-data")]: JSON.stringify(metaData),
    [join(SEED_FOLDER, "vendor-data")]: "#cloud-config\nmanage_etc_hosts: true\n",
    "etc/systemd/network/10-host0.network": networkFile(seed),
    "etc/resolv.conf": `nameserver ${seed.gateway}\n`,
  };
}

/**
 * A single address with the gateway as its only neighbour, so that traffic between droplets passes the sandbox host's
 * routing, and with it the cloud's firewalls.
 */
const networkFile = ({ address, gateway, ipv6 }: Seed) => `[Match]
Name=host0

[Network]
Address=${address}/32
${ipv6 ? `Address=${ipv6.address}/128\n` : ""}DHCP=no
LinkLocalAddressing=${ipv6 ? "ipv6" : "no"}
IPv6AcceptRA=no
${[gateway, ...(ipv6 ? [ipv6.gateway] : [])].map(route).join("")}`;

const route = (gateway: string) => `
[Route]
Gateway=${gateway}
GatewayOnLink=yes
`;

/** Writes the seed into a droplet's root folder. */
export async function writeSeed(rootDir: string, seed: Seed): Promise<void> {
  // User data holds the SSH host key, so only root may list the folder; as on a droplet, cloud-init's copies are 0600.
  await mkdir(join(rootDir, SEED_FOLDER), { recursive: true });
  for (const [path, text] of Object.entries(seedFiles(seed))) {
    const file = join(rootDir, path);
    await rm(file, { force: true });
    await writeFile(file, text, { mode: path.startsWith(SEED_FOLDER) ? 0o600 : 0o644 });
  }
}
