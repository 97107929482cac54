import { withoutBrackets } from "../../settings/addresses";
import { BanSettings, RelaySettings } from "../../settings/settings";
import { listeners, syslogName } from "../../settings/listeners";
import type { HostService } from "../service";

const folder = "/etc/mail-relay-ban";
const unit = "mail-relay-ban.service";

/**
 * fail2ban, with a configuration and a socket of its own: one that the host has for other purposes stays as it is, and
 * nothing depends on the filters and actions of a release.
 */
export function ban(settings: RelaySettings, wanted: BanSettings): HostService {
  const file = (name: string, body: string) => ({ path: `${folder}/${name}`, body, mode: 0o644 });
  return {
    name: "ban",
    unit,
    packages: ["fail2ban", "nftables", "python3-systemd"],
    // It would watch sshd, and shut the next deploy out with whoever else mistypes a key.
    masks: [{ package: "fail2ban", unit: "fail2ban.service" }],
    files: [
      file("fail2ban.conf", server),
      file("jail.conf", jail(settings, wanted)),
      file("filter.d/mail-relay.conf", filter(settings)),
      file("action.d/mail-relay.conf", action),
      file("table.nft", table(settings)),
      { path: `/etc/systemd/system/${unit}`, body: service, mode: 0o644 },
    ],
    check: `fail2ban-server -t -c ${folder} && nft -c -f ${folder}/table.nft`,
  };
}

const server = `[Definition]
loglevel = INFO
logtarget = STDOUT
syslogsocket = auto
socket = /run/mail-relay-ban/socket
pidfile = /run/mail-relay-ban/pid
dbfile = /var/lib/mail-relay-ban/bans.sqlite3
dbpurgeage = 7d
`;

function jail(settings: RelaySettings, { failures, withinMinutes, banMinutes }: BanSettings): string {
  return `[mail-relay]
enabled = true
backend = systemd
usedns = no
filter = mail-relay
action = mail-relay
maxretry = ${failures}
findtime = ${withinMinutes}m
bantime = ${banMinutes}m
ignoreself = true
ignoreip = ${exemptNetworks(settings).join(" ")}
`;
}

/** The line smtpd logs for a wrong login; nothing that a client sends stands before the address. */
function filter(settings: RelaySettings): string {
  const names = listeners(settings).flatMap((listener) => (listener.auth ? [`${syslogName(listener)}/smtpd`] : []));
  return `[Definition]
failregex = ^\\s*\\S+ (?:${names.join("|")})\\[\\d+\\]: warning: [^\\s\\[]+\\[<ADDR>\\]: SASL \\S+ authentication failed
journalmatch = ${names.map((name) => `SYSLOG_IDENTIFIER=${name}`).join(" + ")}
`;
}

const action = `[Definition]
actionstart = nft -f ${folder}/table.nft
actionstop = nft delete table inet mail_relay_ban
actionban = nft add element inet mail_relay_ban <set> { <ip><prefix> }
actionunban = nft delete element inet mail_relay_ban <set> { <ip><prefix> }

[Init]
set = banned
prefix =

[Init?family=inet6]
set = banned6
prefix = /64
`;

/**
 * A reset, because a client that is told so at once can say so to its user. By IPv6 all of the address's network is shut
 * out, for whoever has one address of it has the others too; not who is exempt in it.
 */
function table(settings: RelaySettings): string {
  const ports = listeners(settings).map(({ port }) => port);
  const exempt = exemptNetworks(settings).filter((network) => network.includes(":"));
  return `add table inet mail_relay_ban
delete table inet mail_relay_ban
table inet mail_relay_ban {
  set banned { type ipv4_addr; }
  set banned6 { type ipv6_addr; flags interval; }
  chain input {
    type filter hook input priority -10; policy accept;
${exempt.map((network) => `    ip6 saddr ${network} accept\n`).join("")}    tcp dport { ${ports.join(", ")} } ip saddr @banned reject with tcp reset
    tcp dport { ${ports.join(", ")} } ip6 saddr @banned6 reject with tcp reset
  }
}
`;
}

function exemptNetworks({ myNetworks, limits }: RelaySettings): string[] {
  return [...myNetworks, ...limits.exempt].map(withoutBrackets);
}

const service = `[Unit]
Description=Shut out who guesses passwords (pulumi-mail-relay)
After=network.target

[Service]
ExecStart=fail2ban-server -xf -c ${folder} -s /run/mail-relay-ban/socket -p /run/mail-relay-ban/pid start
RuntimeDirectory=mail-relay-ban
StateDirectory=mail-relay-ban
StateDirectoryMode=0700
ProtectSystem=full
ProtectHome=yes
Restart=on-failure

[Install]
WantedBy=multi-user.target
`;
