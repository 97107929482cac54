import { networkAddress, parseNetwork, unmapped } from "../addresses";
import { RelayInput } from "../input";
import { quote, Report } from "./report";

/** Who relays without a login. */
export function checkNetworks({ myNetworks = [] }: RelayInput, report: Report): void {
  myNetworks.forEach((text, index) => checkNetwork(`myNetworks[${index}]`, text, "would make an open relay", report));
}

/** Reports what Postfix would not take for a network, or one so wide that what follows is `danger`. */
export function checkNetwork(path: string, text: string, danger: string, report: Report): void {
  const parsed = parseNetwork(text);
  if (!parsed) {
    report(path, `${quote(text)} is not an address or CIDR range, for example 192.0.2.0/24 or 2001:db8::/64`);
    return;
  }
  const network = unmapped(parsed);
  const widest = network.address.kind() === "ipv4" ? 8 : 32;
  const first = networkAddress(network);
  if (network.prefix < widest) {
    report(path, `${quote(text)} is wider than /${widest} and ${danger}; list the clients' own networks`);
  } else if (first !== network.address.toString()) {
    report(path, `${quote(text)} has bits set beyond its prefix; Postfix refuses it, write ${first}/${network.prefix}`);
  }
}
