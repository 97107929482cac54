import { withoutBrackets } from "../settings/addresses";
import type { RelaySettings } from "../settings/settings";

/** The networks that nothing shuts out or holds back. */
export function exemptNetworks({ myNetworks, limits }: RelaySettings): string[] {
  return [...myNetworks, ...limits.exempt].map(withoutBrackets);
}

/** A rule of nftables for each of these networks. */
export function accepted(networks: string[]): string[] {
  return networks.map((network) => `${network.includes(":") ? "ip6" : "ip"} saddr ${network} accept`);
}
