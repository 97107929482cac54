import { readFile, writeFile } from "node:fs/promises";
import { hostAddresses, type Layout } from "../layout";
import { attempt, run } from "../run";

const FORWARDING = "/proc/sys/net/ipv4/ip_forward";

/**
 * Creates the droplets' network, with the sandbox host's addresses on it. Returns whether it has IPv6 too, which it has
 * wherever this machine has.
 */
export async function createBridge(layout: Layout): Promise<boolean> {
  const { bridge, gateway, prefixLength } = layout;
  await run(["ip", "link", "add", bridge, "type", "bridge"]);
  for (const address of hostAddresses(layout)) {
    const length = address === gateway ? prefixLength : 32;
    await run(["ip", "address", "add", `${address}/${length}`, "dev", bridge]);
  }
  await run(["ip", "link", "set", bridge, "up"]);
  return addVersion6(layout);
}

/** The file is absent where this machine has no IPv6 at all. */
async function addVersion6({ bridge, ipv6 }: Layout): Promise<boolean> {
  try {
    await writeFile(`/proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`, "0");
  } catch {
    return false;
  }
  for (const address of hostAddresses(ipv6)) {
    const length = address === ipv6.gateway ? ipv6.prefixLength : 128;
    // Nobody else can have it, and until that had been looked for, nothing could listen on it.
    await run(["ip", "address", "add", `${address}/${length}`, "dev", bridge, "nodad"]);
  }
  return true;
}

export async function removeBridge({ bridge }: Layout): Promise<void> {
  if (await hasInterface(bridge)) await run(["ip", "link", "delete", bridge]);
}

export const hasInterface = async (name: string): Promise<boolean> =>
  (await attempt(["ip", "link", "show", "dev", name])).code === 0;

/** Lets this machine route; returns whether that was a change. */
export async function enableForwarding(): Promise<boolean> {
  if ((await readFile(FORWARDING, "utf8")).trim() === "1") return false;
  await writeFile(FORWARDING, "1");
  return true;
}

export const disableForwarding = (): Promise<void> => writeFile(FORWARDING, "0");
