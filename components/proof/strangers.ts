import { covers } from "../settings/addresses";
import { RelaySettings } from "../settings/settings";
import { ProbeStep } from "./dialogue";
import { usesIpv6 } from "../postfix/parameters/ipv6";

/** Somebody from outside, as a listener that allows XCLIENT can be made to see a probe. */
interface Stranger {
  address: string;
  /** The IP version, for the names of dialogues; IPv4 goes without saying. */
  by: string;
  /** Becomes the stranger, by a name that might be trusted. */
  pretend: ProbeStep[];
}

/** A stranger of each IP version that is used. */
export function strangers(settings: RelaySettings): Stranger[] {
  const become = (address: string, by: string, xclient: string): Stranger => ({
    address,
    by,
    pretend: [
      { command: `XCLIENT ADDR=${xclient}`, expect: 220 },
      { command: `EHLO ${settings.myHostname}`, expect: 250 },
    ],
  });
  const version4 = strangerAddress(settings.myNetworks, 4);
  const found = [become(version4, "", version4)];
  if (usesIpv6(settings)) {
    const version6 = strangerAddress(settings.myNetworks, 6);
    found.push(become(version6, " by IPv6", `IPV6:${version6}`));
  }
  return found;
}

/** Documentation addresses (RFC 5737, RFC 3849, RFC 9637), and others that nobody has. */
const candidates = {
  4: ["192.0.2.9", "198.51.100.9", "203.0.113.9", "100.64.0.9", "198.18.0.9"],
  6: ["2001:db8:9::9", "3fff::9", "100::9", "2001:2::9", "fd00::9"],
};

/** An address that is not in mynetworks. */
export function strangerAddress(networks: string[], version: 4 | 6): string {
  const stranger = candidates[version].find((candidate) => !networks.some((network) => covers(network, candidate)));
  if (stranger === undefined) throw new Error("every address that could play a stranger is in myNetworks");
  return stranger;
}
