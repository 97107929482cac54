import { RelaySettings } from "../settings/settings";
import { Dialogue } from "../proof/dialogue";
import { Facts } from "./facts";
import { only, Parameters } from "./parameters";

/** Whether Postfix uses IPv6 beside IPv4. */
export function usesIpv6({ inetProtocols }: RelaySettings): boolean {
  return inetProtocols === "all";
}

/** Everybody Postfix may talk to, as a firewall writes it: the other IP version has no listener and no client. */
export function everybody(settings: RelaySettings): string[] {
  return usesIpv6(settings) ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"];
}

/** What IPv6 takes besides `inet_protocols`. */
export function ipv6Parameters(settings: RelaySettings, facts: Facts): Parameters {
  if (!usesIpv6(settings)) return {};
  return {
    // DigitalOcean drops SMTP over IPv6, and each such address would be waited for: the others come first.
    ...(settings.droplet ? { smtp_address_preference: "ipv4" } : {}),
    // One network is one client to the limits, for whoever has an address has 2^64 of them. Older releases count addresses.
    ...only(facts, { smtpd_client_ipv6_prefix_length: 64 }),
  };
}

/** The same dialogues over IPv6; none where that is not used. */
export function byIpv6(settings: RelaySettings, dialogues: Dialogue[]): Dialogue[] {
  if (!usesIpv6(settings)) return [];
  return dialogues.map((held) => ({ ...held, name: `${held.name} by IPv6`, ipv6: true }));
}
