import { RelaySettings, ResolverSettings } from "../../settings/settings";
import type { HostService } from "../services";
import { library } from "./library";

const folder = "/usr/local/lib/mail-relay-resolver";
const unit = "mail-relay-resolver";
const program = `python3 -B ${folder}/resolver.py`;
// Where the packages' AppArmor profile lets Unbound read and write. The package's own configuration does not include it.
const configFile = "/etc/unbound/mail-relay.conf";
const state = "unbound/mail-relay";

const service = `[Unit]
Description=Validating DNS resolver of the mail relay (pulumi-mail-relay)
Wants=network-online.target nss-lookup.target ${unit}-file.path
After=network-online.target
Before=nss-lookup.target postfix.service postfix@-.service
# As often as it takes: until then the host asks whom it asked before.
StartLimitIntervalSec=0

[Service]
Type=notify
User=unbound
ExecStartPre=${program} prepare
ExecStart=/usr/sbin/unbound -d -c ${configFile}
# With root's rights: /etc/resolv.conf.
ExecStartPost=+${program} take
ExecStopPost=+${program} give-back
Restart=always
RestartSec=2
TimeoutStartSec=90
StateDirectory=${state}
MemoryMax=128M
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
# Unbound asks the kernel for its addresses (AF_NETLINK).
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX

[Install]
WantedBy=multi-user.target
`;

const path = `[Unit]
Description=See who else writes /etc/resolv.conf (pulumi-mail-relay)
PartOf=${unit}.service
After=${unit}.service

[Path]
PathChanged=/etc/resolv.conf
`;

const keep = `[Unit]
Description=Have the host ask the mail relay's resolver again (pulumi-mail-relay)

[Service]
Type=oneshot
ExecStart=${program} keep
`;

/**
 * Addresses of 127.0.0.0/8 pass in answers (there is no `private-address`), because block lists answer with them.
 * Expired answers are given only when no fresh one comes within 1.8 seconds (RFC 8767).
 */
function configuration({ forwarders, insecureDomains }: ResolverSettings, inetProtocols: string): string {
  // Reverse names of private addresses are nobody's business outside, but a company's own resolvers know them.
  const inside = forwarders.length === 0 ? "" : "  unblock-lan-zones: yes\n  insecure-lan-zones: yes\n";
  // Some of these, such as home.arpa, Unbound would answer for by itself.
  const insecure = insecureDomains.map((name) => `  domain-insecure: "${name}."\n  local-zone: "${name}." nodefault\n`);
  const forwarding = forwarders.map((address) => `  forward-addr: ${address}\n`);
  return `# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.
server:
  # systemd does all this.
  username: ""
  chroot: ""
  directory: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  verbosity: 0
  val-log-level: 2
  interface: 127.0.0.1
  access-control: 0.0.0.0/0 refuse
  access-control: 127.0.0.0/8 allow
  do-ip6: ${inetProtocols === "all" ? "yes" : "no"}
  module-config: "validator iterator"
  auto-trust-anchor-file: "/var/lib/${state}/root.key"
  qname-minimisation: yes
  num-threads: 1
  msg-cache-size: 8m
  rrset-cache-size: 16m
  key-cache-size: 4m
  neg-cache-size: 1m
  prefetch: yes
  prefetch-key: yes
  serve-expired: yes
  serve-expired-ttl: 86400
  serve-expired-client-timeout: 1800
${inside}${insecure.join("")}remote-control:
  control-enable: no
${forwarding.length === 0 ? "" : `forward-zone:\n  name: "."\n${forwarding.join("")}`}`;
}

/** Unbound on loopback, whom the host asks as long as it runs; undefined when the host's own resolver stays. */
export function resolver({ resolver: wanted, inetProtocols }: RelaySettings): HostService | undefined {
  if (!wanted) return undefined;
  const units = "/etc/systemd/system";
  return {
    name: "resolver",
    unit: `${unit}.service`,
    packages: ["unbound", "dns-root-data", "iproute2"],
    bare: true,
    masks: [{ package: "unbound", unit: "unbound.service" }],
    check: `${program} check`,
    files: [
      ...["resolver.py", "resolvconf.py", "answers.py"].map((name) => ({
        path: `${folder}/${name}`,
        body: "",
        script: `resolver/${name}`,
        mode: 0o644,
      })),
      ...library(folder, "postfix", "process"),
      { path: configFile, body: configuration(wanted, inetProtocols), mode: 0o644 },
      { path: `${units}/${unit}.service`, body: service, mode: 0o644 },
      { path: `${units}/${unit}-file.path`, body: path, mode: 0o644 },
      { path: `${units}/${unit}-file.service`, body: keep, mode: 0o644 },
    ],
  };
}
