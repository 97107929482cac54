import { database, mainCf, none } from "./cliFaults";
import { live, type NoticedFault } from "./cliFaultsTable";

const value = (what: string, name: string, to: string): NoticedFault => ({
  what,
  seed: mainCf(name, to),
  undo: none,
  named: new RegExp(`(^|[ ;:])${name} (is|=) `),
  by: "both",
});

const service = (what: string, line: string, named: RegExp): NoticedFault => ({
  what,
  seed: `echo '${line}' >>${live("master.cf")}`,
  undo: none,
  named,
  by: "both",
});

/** What Postfix is told; none of it keeps a listener from its greeting. `refusing` is an address where port 25 is closed. */
export const values = (refusing: string): NoticedFault[] => [
  {
    what: "mail on hold",
    seed: `echo hello | sendmail -f root@example.test 'bob@[${refusing}]'; until postqueue -j | grep -q hold; do sleep 0.2; postsuper -h ALL 2>/dev/null; done`,
    undo: "postsuper -d ALL 2>/dev/null",
    named: /on hold/,
    by: "doctor",
  },
  value("a network that may relay", "mynetworks", "203.0.113.0/24, 127.0.0.0/8"),
  value(
    "all clients may relay",
    "smtpd_relay_restrictions",
    "check_client_access static:ok, reject_unauth_destination",
  ),
  value("the own domain is delivered on the host", "mydestination", "localhost, example.test"),
  value("domains that all clients may send to", "relay_domains", "example.test"),
  value("a copy of all mail", "always_bcc", "eve@receiver.test"),
  value("a copy for each sender", "sender_bcc_maps", "static:eve@receiver.test"),
  value("a copy for each recipient", "recipient_bcc_maps", "static:eve@receiver.test"),
  value("another way for all mail", "transport_maps", "static:smtp:[192.0.2.1]"),
  value("other recipients", "virtual_alias_maps", "inline:{{bob@receiver.test=eve@receiver.test}}"),
  value("another next hop", "relayhost", "[192.0.2.1]:2525"),
  value("mail that is thrown away", "header_checks", "static:DISCARD"),
  value("no signature", "smtpd_milters", ""),
  value("no signature of local mail", "non_smtpd_milters", ""),
  value("mail leaves in clear", "smtp_tls_security_level", "none"),
  value("passwords in clear", "smtpd_tls_auth_only", "no"),
  value("clients that pose as others", "smtpd_authorized_xclient_hosts", "0.0.0.0/0"),
  value("every local recipient", "local_recipient_maps", ""),
  value("mail that is never sent", "defer_transports", "smtp"),
  value("mail stays for minutes only", "maximal_queue_lifetime", "1m"),
  value("no limit of connections", "smtpd_client_connection_count_limit", "0"),
  service(
    "an open listener",
    "2526 inet n - y - - smtpd -o smtpd_relay_restrictions=check_client_access,static:ok,reject",
    /2526\/inet|port 2526|2526 is new/,
  ),
  service("a program that gets mail", "spy unix - n n - - pipe user=daemon argv=/bin/true", /spy\/unix/),
  {
    what: "a port for logins without TLS",
    seed: `sed -i '/^submission /,/^[^ ]*:10025/s|smtpd_tls_security_level=encrypt|smtpd_tls_security_level=none|' ${live("master.cf")}`,
    undo: none,
    named: /submission\/inet/,
    by: "both",
  },
  {
    what: "a login that no deploy made",
    seed: `printf another-password | saslpasswd2 -p -c -f ${database} -u example.test eve`,
    undo: none,
    named: /eve@example\.test/,
    by: "both",
  },
  {
    what: "a folder of the queue without inodes",
    seed: "mount -t tmpfs -o nr_inodes=3,uid=postfix,mode=700 tmpfs /var/spool/postfix/deferred; mkdir /var/spool/postfix/deferred/1 /var/spool/postfix/deferred/2",
    undo: "umount /var/spool/postfix/deferred",
    named: /deferred has 0 of/,
    by: "doctor",
  },
  {
    what: "a queue manager that stands still",
    seed: "pkill -STOP -x qmgr",
    undo: "pkill -CONT -x qmgr",
    named: /qmgr/,
    by: "doctor",
  },
];

/** What does not run. */
export const stopped: NoticedFault[] = [
  {
    what: "no signer",
    seed: "systemctl disable --now mail-relay-signer.service",
    undo: "systemctl enable --now mail-relay-signer.service",
    named: /mail-relay-signer\.service/,
    by: "both",
  },
  {
    what: "a service that does not start at boot",
    seed: "systemctl disable mail-relay-header-from.service",
    undo: "systemctl enable mail-relay-header-from.service",
    named: /mail-relay-header-from\.service/,
    by: "both",
  },
  {
    what: "a stopped service",
    seed: "systemctl stop mail-relay-login-limit.socket",
    undo: "systemctl start mail-relay-login-limit.socket",
    named: /mail-relay-login-limit\.socket/,
    by: "both",
  },
  {
    what: "no watch",
    seed: "systemctl stop mail-relay-watch.timer",
    undo: "systemctl start mail-relay-watch.timer",
    named: /mail-relay-watch\.timer/,
    by: "both",
  },
  {
    what: "a masked timer",
    seed: "systemctl mask --now apt-daily-upgrade.timer",
    undo: "systemctl unmask apt-daily-upgrade.timer; systemctl start apt-daily-upgrade.timer",
    named: /apt-daily-upgrade\.timer/,
    by: "both",
  },
  {
    what: "a login that is gone",
    seed: `saslpasswd2 -d -f ${database} -u example.test alice`,
    undo: none,
    named: /alice@example\.test/,
    by: "both",
  },
  {
    what: "no listener for others",
    seed: `${mainCf("inet_interfaces", "loopback-only")}; systemctl restart postfix`,
    undo: none,
    named: /inet_interfaces (is|=) /,
    by: "both",
  },
];
