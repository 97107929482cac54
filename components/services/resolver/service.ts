import { use } from "../../settings/ownedParameters";
import type { ResolverSettings } from "../../settings/settings";
import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf, type Value } from "../template";
import { unit } from "../unit";

const folder = "/usr/local/lib/mail-relay-resolver";
const programs = ["resolver.py", "resolvconf.py", "answers.py"];
const units = ["mail-relay-resolver.service", "mail-relay-resolver-file.path", "mail-relay-resolver-file.service"];
// Where the packages' AppArmor profile lets Unbound read and write. The package's own configuration does not include it.
const configFile = "/etc/unbound/mail-relay.conf";

/** Unbound on loopback, which the host asks as long as it runs. */
export const resolver: Service = {
  owned: { smtp_dns_support_level: use("resolver") },
  of({ resolver: wanted, inetProtocols, relayHost }) {
    if (!wanted) return undefined;
    const file = (path: string, body: string): HostFile => ({ path, body, mode: 0o644 });
    return {
      name: "resolver",
      unit: "mail-relay-resolver.service",
      packages: ["unbound", "dns-root-data", "iproute2"],
      masks: [{ package: "unbound", unit: "unbound.service" }],
      check: `python3 -B ${folder}/resolver.py check`,
      files: [
        ...programs.map((name) => file(`${folder}/${name}`, textOf(__dirname, name))),
        ...library(folder, "lock", "postfix", "process"),
        file(configFile, textOf(__dirname, "unbound.conf", configuration(wanted, inetProtocols))),
        ...units.map((name) => unit(__dirname, name)),
      ],
      mainCf: {
        title: "Resolver",
        parameters: {
          // By MX, who publishes TLSA records is held to them (RFC 7672).
          ...(relayHost ? {} : { smtp_tls_security_level: "dane" }),
          smtp_dns_support_level: "dnssec",
        },
      },
    };
  },
};

/**
 * Addresses of 127.0.0.0/8 pass in answers (there is no `private-address`), because block lists answer with them.
 * Expired answers are given only when no fresh one comes within 1.8 seconds (RFC 8767).
 */
function configuration(
  { forwarders, insecureDomains }: ResolverSettings,
  inetProtocols: string,
): Record<string, Value> {
  const forwards = forwarders.length > 0;
  return {
    ipv6: inetProtocols === "all" ? "yes" : "no",
    domains: [
      // Reverse names of private addresses are nobody's business outside, but a company's own resolvers know them.
      ...(forwards ? ["unblock-lan-zones: yes", "insecure-lan-zones: yes"] : []),
      // Some of these, such as home.arpa, Unbound would answer for by itself.
      ...insecureDomains.flatMap((name) => [`domain-insecure: "${name}."`, `local-zone: "${name}." nodefault`]),
    ],
    forwarding: forwards
      ? ["forward-zone:", '  name: "."', ...forwarders.map((address) => `  forward-addr: ${address}`)]
      : [],
  };
}
