import { added, type NoticedFault } from "./cliFaultsTable";

/** What stands between the relay and its clients, on the host itself. */
export const network: Omit<NoticedFault, "by">[] = [
  {
    what: "a firewall that drops clients",
    seed: "nft 'add table ip extra; add chain ip extra input { type filter hook input priority 0; }; add rule ip extra input iifname != \"lo\" tcp dport 587 drop'",
    undo: "nft delete table ip extra",
    named: /firewall.*587/,
  },
  {
    what: "a firewall that sends clients elsewhere",
    seed: "nft 'add table ip turn; add chain ip turn pre { type nat hook prerouting priority -100; }; add rule ip turn pre tcp dport 2525 redirect to :10025'",
    undo: "nft delete table ip turn",
    named: /firewall.*2525/,
  },
  {
    what: "few ports for connections",
    seed: "cat /proc/sys/net/ipv4/ip_local_port_range >/root/kept/ports; echo 60000 60500 >/proc/sys/net/ipv4/ip_local_port_range",
    undo: "cat /root/kept/ports >/proc/sys/net/ipv4/ip_local_port_range",
    named: /ip_local_port_range/,
  },
  {
    what: "a short queue of connections",
    seed: "echo 8 >/proc/sys/net/core/somaxconn",
    undo: "echo 4096 >/proc/sys/net/core/somaxconn",
    named: /somaxconn/,
  },
  {
    what: "kernel settings for the next boot",
    ...added("/etc/sysctl.d/zz.conf", "net.core.somaxconn = 8"),
    named: /sysctl\.d\/zz/,
  },
  {
    what: "user data for every process",
    seed: "ip rule del to 169.254.169.254 uidrange 1-4294967294 prohibit",
    undo: "systemctl restart mail-relay-metadata",
    named: /169\.254\.169\.254/,
  },
  {
    what: "another listener",
    seed: "systemd-run -q --unit=extra-port python3 -m http.server 2527 -d /var/empty",
    undo: "systemctl stop extra-port",
    named: /\b2527\b/,
  },
  {
    what: "another name server in the chroot",
    seed: "echo nameserver 192.0.2.1 >/var/spool/postfix/etc/resolv.conf",
    undo: "cp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf",
    named: /resolv\.conf/,
  },
];
