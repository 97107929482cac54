import { parseNetwork } from "./addresses";
import { RelaySettings } from "./settings";

/** What is allowed, but is worth a second look; one sentence each. */
export function warnings({ myNetworks, relayHost, droplet, users }: RelaySettings): string[] {
  const isPublic = (network: string) => parseNetwork(network)?.address.range() === "unicast";
  const open = myNetworks.filter(isPublic);
  const found: string[] = [];
  if (open.length > 0) {
    found.push(
      `myNetworks holds public addresses (${open.join(", ")}): whoever gets one of them relays without a login. ` +
        "Keep such ranges as small as the clients allow, or give those clients a login.",
    );
  }
  if (droplet && relayHost && [25, 465, 587].includes(relayHost.port)) {
    found.push(
      `relayHost.port is ${relayHost.port}, which DigitalOcean blocks on its way out of droplets: mail would wait in ` +
        "the queue. Use 2525 if the smart host has it.",
    );
  }
  users.forEach(({ login, overlap }, index) => {
    if (overlap === "ended") {
      found.push(
        `users[${index}].previousPassword of ${login} is past its last day and no longer accepted: take it and ` +
          "previousPasswordUntil out.",
      );
    }
  });
  return found;
}
