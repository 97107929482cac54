import { database, none, pem } from "./cliFaults";
import { appended, live, restored, type NoticedFault } from "./cliFaultsTable";

const watch = "/etc/systemd/system/mail-relay-watch.service";
const program = "/usr/local/lib/mail-relay-watch/watch.py";
const journal = "/etc/systemd/journald.conf.d/mail-relay.conf";
const upgrades = "/etc/apt/apt.conf.d/52mail-relay";

/** The relay's own files, users and keys. */
export const relayFiles: NoticedFault[] = [
  {
    what: "a login may send as others",
    seed: `echo 'eve@example.test printer' >>${live("sender_logins")}`,
    undo: none,
    named: /\/sender_logins/,
    by: "both",
  },
  {
    what: "an alias that runs a command",
    seed: `echo 'root: "|/bin/true"' >>${live("aliases")}`,
    undo: none,
    named: /\/aliases/,
    by: "both",
  },
  { what: "a table that is gone", seed: `rm ${live("hide_clients")}`, undo: none, named: /\/hide_clients/, by: "both" },
  {
    what: "main.cf as a file in place of the link",
    seed: "cp --remove-destination $(readlink -f /etc/postfix/main.cf) /etc/postfix/main.cf",
    undo: "ln -sfn /etc/postfix/generations/current/main.cf /etc/postfix/main.cf",
    named: /\/etc\/postfix\/main\.cf/,
    by: "both",
  },
  {
    what: "master.cf that all can change",
    seed: `chmod 666 ${live("master.cf")}`,
    undo: none,
    named: /\/etc\/postfix\/master\.cf/,
    by: "both",
  },
  {
    what: "a changed unit",
    ...appended(watch, "Nice=1"),
    named: /system\/mail-relay-watch\.service(?!\.d)/,
    by: "both",
  },
  { what: "a changed program", ...appended(program, "pass"), named: /watch\/watch\.py/, by: "both" },
  {
    what: "a program that all can change",
    seed: "chmod 777 /usr/local/lib/mail-relay-login-limit/login_limit.py",
    undo: restored("login-limit", "/usr/local/lib/mail-relay-login-limit/login_limit.py"),
    named: /login_limit\.py/,
    by: "both",
  },
  {
    what: "an unbounded journal",
    seed: `rm ${journal}`,
    undo: restored("logs", journal),
    named: /journald\.conf\.d\/mail-relay/,
    by: "both",
  },
  {
    what: "changed settings of apt",
    ...appended(upgrades, "// changed"),
    named: /apt\.conf\.d\/52mail-relay/,
    by: "both",
  },
  {
    what: "a DKIM key that all can read",
    seed: "chmod 644 /etc/mail-relay-signer/relay1.key",
    undo: "chmod 400 /etc/mail-relay-signer/relay1.key",
    named: /relay1\.key/,
    by: "both",
  },
  {
    what: "a TLS key that all can read",
    seed: `chmod 644 ${pem}; chmod 755 $(dirname ${pem})`,
    undo: `chmod 700 $(dirname ${pem})`,
    named: /tls\/relay\.pem/,
    by: "both",
  },
  {
    what: "another owner",
    seed: "chown daemon /etc/mail-relay-watch.json",
    undo: "chown root /etc/mail-relay-watch.json",
    named: /mail-relay-watch\.json/,
    by: "both",
  },
  {
    what: "Postfix is not started again",
    seed: "for f in /etc/systemd/system/postfix*.service.d/mail-relay.conf; do mv $f /root/kept/; echo $f >/root/kept/restart; done",
    undo: "mv /root/kept/mail-relay.conf $(cat /root/kept/restart)",
    named: /postfix\S*\.service\.d\/mail-relay\.conf/,
    by: "both",
  },
  {
    what: "another password",
    seed: `printf another-password | saslpasswd2 -p -c -f ${database} -u example.test alice`,
    undo: none,
    named: /relay\.db (has other passwords|users)/,
    by: "both",
  },
  {
    what: "a user database that one more user may read",
    seed: `python3 -c 'import os,struct; os.setxattr("${database}", "system.posix_acl_access", struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in ((1,6,2**32-1),(2,4,1),(4,4,2**32-1),(16,4,2**32-1),(32,0,2**32-1))))'`,
    undo: `python3 -c 'import os; os.removexattr("${database}", "system.posix_acl_access")' || true`,
    named: /relay\.db.*access control list/,
    by: "doctor",
  },
];
