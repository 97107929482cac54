import { withoutBrackets } from "../../settings/addresses";
import { listeners, syslogName, takesLogins } from "../../settings/listeners";
import type { RelaySettings } from "../../settings/settings";
import type { Service } from "../service";
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
      check: `fail2ban-server -t -c ${folder} && nft -c -f ${folder}/table.nft`,
    };
  },
};

/**
 * What any local user can choose of a line of the journal is its text and identifier; unit and program are the journal's own.
 * The unit alone is not enough: in it local(8) runs the commands of a user's .forward. Its name differs by release.
 */
const writtenBySmtpd = [
  "_SYSTEMD_UNIT=postfix.service",
  "_SYSTEMD_UNIT=postfix@-.service",
  "_EXE=/usr/lib/postfix/sbin/smtpd",
];

/** The line smtpd logs for a wrong login; nothing that a client sends stands before the address. */
function filter(settings: RelaySettings): Record<string, Value> {
  const names = listeners(settings).flatMap((listener) => (listener.auth ? [`${syslogName(listener)}/smtpd`] : []));
  const matches = names.map((name) => [`SYSLOG_IDENTIFIER=${name}`, ...writtenBySmtpd].join(" "));
  return { programs: names.join("|"), match: matches.join(" + ") };
}

/**
 * A reset, because a client that is told so at once can say so to its user. By IPv6 all of the address's network is shut
 * out, for whoever has one address of it has the others too; not who is exempt in it.
 */
function table(settings: RelaySettings, exempt: string[]): Record<string, Value> {
  const byIpv6 = exempt.filter((network) => network.includes(":"));
  const ports = listeners(settings).map(({ port }) => port);
  return { exempt: byIpv6.map((network) => `ip6 saddr ${network} accept`), ports: ports.join(", ") };
}

function exemptNetworks({ myNetworks, limits }: RelaySettings): string[] {
  return [...myNetworks, ...limits.exempt].map(withoutBrackets);
}
