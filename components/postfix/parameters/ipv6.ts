import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import { RelaySettings } from "../../settings/settings";
import { Facts } from "../facts";
import { only, Parameters } from "./parameters";

/** Whether Postfix uses IPv6 beside IPv4. */
export function usesIpv6({ inetProtocols }: RelaySettings): boolean {
  return inetProtocols === "all";
}

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  smtp_address_preference: use("inetProtocols"),
  smtpd_client_ipv6_prefix_length: fixed,
};

/** What IPv6 takes besides `inet_protocols`. */
export function ipv6Parameters(settings: RelaySettings, facts: Facts): Parameters {
  if (!usesIpv6(settings)) return {};
  return {
    smtp_address_preference: settings.smtpClient.addresses.preference,
    // One network is one client to the limits, for whoever has an address has 2^64 of them. Older releases count addresses.
    ...only(facts, { smtpd_client_ipv6_prefix_length: 64 }),
  };
}
