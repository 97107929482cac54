import { listeners, takesLogins } from "../../settings/listeners";
import type { RelaySettings } from "../../settings/settings";
import { accepted, exemptNetworks } from "../exempt";
import type { Service } from "../service";
import { loginMatch, loginPrograms } from "../smtpdJournal";
import { textOf, type Value } from "../template";
import { unit } from "../unit";

const folder = "/etc/mail-relay-ban";
const unitName = "mail-relay-ban.service";

/**
 * fail2ban, with a configuration and a socket of its own: one that the host has for other purposes stays as it is, and
 * nothing depends on the filters and actions of a release.
 */
export const ban: Service = {
  of(settings) {
    const { ban: wanted } = settings.limits;
    if (!wanted || !takesLogins(settings)) return undefined;
    const file = (path: string, name: string, values?: Record<string, Value>) => ({
      path: `${folder}/${path}`,
      body: textOf(__dirname, name, values),
      mode: 0o644,
    });
    const exempt = exemptNetworks(settings);
    return {
      name: "ban",
      unit: unitName,
      packages: ["fail2ban", "nftables", "python3-systemd"],
      // It would watch sshd, and shut the next deploy out with whoever else mistypes a key.
      masks: [{ package: "fail2ban", unit: "fail2ban.service" }],
      files: [
        file("fail2ban.conf", "fail2ban.conf"),
        file("jail.conf", "jail.conf", { ...wanted, exempt: exempt.join(" ") }),
        file("filter.d/mail-relay.conf", "filter.conf", filter(settings)),
        file("action.d/mail-relay.conf", "action.conf"),
        file("table.nft", "table.nft", table(settings, exempt)),
        unit(__dirname, unitName),
      ],
      // Each further wrong password of a session takes a second.
      logins: { parameters: {}, options: { smtpd_soft_error_limit: "1" } },
      check: `fail2ban-server -t -c ${folder} && nft -c -f ${folder}/table.nft`,
    };
  },
};

/**
 * The line smtpd logs for a wrong login; nothing that a client sends stands before the address. "generic failure" is
 * Cyrus SASL's word (SASL_FAIL) for a check that could not be made: Postfix answers 454, and the login may be right.
 */
function filter(settings: RelaySettings): Record<string, Value> {
  return { programs: loginPrograms(settings).join("|"), match: loginMatch(settings) };
}

/**
 * A reset, because a client that is told so at once can say so to its user. By IPv6 all of the address's network is shut
 * out, for whoever has one address of it has the others too; not who is exempt in it.
 */
function table(settings: RelaySettings, exempt: string[]): Record<string, Value> {
  const byIpv6 = exempt.filter((network) => network.includes(":"));
  const ports = listeners(settings).map(({ port }) => port);
  return { exempt: accepted(byIpv6), ports: ports.join(", ") };
}
