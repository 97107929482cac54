import { parseNetwork } from "./addresses";
import { listenerProcesses } from "./listenerProcesses";
import { outgoingWarnings } from "./outgoingWarnings";
import { RelaySettings } from "./settings";

/** What is allowed, but is worth a second look; one sentence each. */
export function warnings(settings: RelaySettings): string[] {
  const { myNetworks, users } = settings;
  const isPublic = (network: string) => parseNetwork(network)?.address.range() === "unicast";
  const open = myNetworks.filter(isPublic);
  const found: string[] = [];
  if (open.length > 0) {
    found.push(
      `myNetworks holds public addresses (${open.join(", ")}): whoever gets one of them relays without a login. ` +
        "Keep such ranges as small as the clients allow, or give those clients a login.",
    );
  }
  const { connections } = settings.limits;
  const processes = listenerProcesses(settings);
  if (connections === 0 || 2 * connections >= processes) {
    found.push(
      `limits.connections is ${connections === 0 ? "0, no limit" : connections}: two addresses can take all ` +
        `${processes} connections of a port, and nobody else gets in. Give fewer, and name large clients in limits.exempt.`,
    );
  }
  found.push(...outgoingWarnings(settings));
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
