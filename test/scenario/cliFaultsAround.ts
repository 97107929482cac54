import { database, pem } from "./cliFaults";
import { network } from "./cliFaultsNetwork";
import { added, appended, type NoticedFault } from "./cliFaultsTable";

const leaks: Omit<NoticedFault, "by">[] = [
  {
    what: "the user database in /tmp",
    seed: `cp ${database} /tmp/copy; chmod 644 /tmp/copy`,
    undo: "rm /tmp/copy",
    named: /\/tmp\/copy/,
  },
  {
    what: "the user database among backups",
    seed: `cp ${database} /var/backups/users.old; chmod 644 /var/backups/users.old`,
    undo: "rm /var/backups/users.old",
    named: /\/var\/backups\/users\.old/,
  },
  {
    what: "the user database in the chroot",
    seed: `cp ${database} /var/spool/postfix/etc/users.db; chmod 644 /var/spool/postfix/etc/users.db`,
    undo: "rm /var/spool/postfix/etc/users.db",
    named: /etc\/users\.db/,
  },
  {
    what: "the user database where other programs look",
    seed: `cp ${database} /etc/sasldb2; chmod 644 /etc/sasldb2`,
    undo: "rm /etc/sasldb2",
    named: /\/etc\/sasldb2/,
  },
  {
    what: "a password in a text",
    seed: `sasldblistusers2 -f ${database} >/dev/null; python3 -c 'import re;d=open("${database}","rb").read();print(max(re.findall(rb"[\\x21-\\x7e]{16,}", d),key=len).decode())' >/srv/notes.txt; chmod 644 /srv/notes.txt`,
    undo: "rm /srv/notes.txt",
    named: /\/srv\/notes\.txt/,
  },
  {
    what: "the TLS key in another place",
    seed: `cp ${pem} /usr/share/relay.pem; chmod 644 /usr/share/relay.pem`,
    undo: "rm /usr/share/relay.pem",
    named: /\/usr\/share\/relay\.pem/,
  },
  {
    what: "the DKIM key in another place",
    seed: "cp /etc/mail-relay-signer/relay1.key /var/tmp/dkim; chmod 644 /var/tmp/dkim",
    undo: "rm /var/tmp/dkim",
    named: /\/var\/tmp\/dkim/,
  },
];

const powers: Omit<NoticedFault, "by">[] = [
  {
    what: "a shell with root's rights",
    seed: "cp /bin/dash /var/tmp/sh; chmod 4755 /var/tmp/sh",
    undo: "rm /var/tmp/sh",
    named: /\/var\/tmp\/sh\b/,
  },
  {
    what: "a folder of programs that all can change",
    seed: "chmod 777 /usr/local/sbin",
    undo: "chmod 755 /usr/local/sbin",
    named: /\/usr\/local\/sbin(?!\/)/,
  },
  {
    what: "accounts that all can change",
    seed: "chmod 666 /etc/passwd",
    undo: "chmod 644 /etc/passwd",
    named: /\/etc\/passwd/,
  },
  {
    what: "a queue that all can change",
    seed: "chmod 777 /var/spool/postfix/deferred",
    undo: "chmod 700 /var/spool/postfix/deferred",
    named: /postfix\/deferred/,
  },
  { what: "a second root", ...appended("/etc/passwd", "toor:x:0:0::/root:/bin/sh"), named: /toor/ },
  {
    what: "an account without a password",
    seed: "cp -a /etc/shadow /root/kept/; echo open:x:1999:1999::/:/bin/sh >>/etc/passwd; echo open::20000:0:99999:7::: >>/etc/shadow",
    undo: "cp -a /root/kept/shadow /etc/; sed -i /^open:/d /etc/passwd",
    named: /\bopen\b.*password/,
  },
  {
    what: "an account that may read the user database",
    ...appended("/etc/group", "unused:x:1998:"),
    seed: "cp -a /etc/group /root/kept/; sed -i 's/^postfix:.*/&games/' /etc/group",
    named: /\bgames\b/,
  },
  {
    what: "rights without a password",
    ...added("/etc/sudoers.d/90-extra", "games ALL=(ALL) NOPASSWD: ALL"),
    named: /sudoers\.d\/90-extra/,
  },
  {
    what: "one more SSH key",
    ...appended("/root/.ssh/authorized_keys", "# ssh-ed25519 AAAA eve"),
    named: /authorized_keys/,
  },
  {
    what: "passwords for SSH",
    ...added("/etc/ssh/sshd_config.d/zz.conf", "PasswordAuthentication yes"),
    named: /sshd_config\.d\/zz/,
  },
  { what: "another PAM", ...appended("/etc/pam.d/su", "# changed"), named: /pam\.d\/su/ },
];

const programs: Omit<NoticedFault, "by">[] = [
  {
    what: "a job that reads the queue",
    ...added("/etc/cron.d/extra", "0 4 * * * root tar cf /root/queue.tar /var/spool/postfix"),
    named: /cron\.d\/extra/,
  },
  {
    what: "a job of root",
    ...added("/var/spool/cron/crontabs/root", "0 4 * * * cat /var/spool/postfix/sasl/relay.db"),
    named: /crontabs\/root/,
  },
  {
    what: "another unit",
    ...added("/etc/systemd/system/extra.service", "[Service]\nExecStart=/bin/true"),
    named: /system\/extra\.service/,
  },
  {
    what: "Postfix is started otherwise",
    ...added("/etc/systemd/system/postfix.service.d/zz.conf", "[Service]"),
    named: /postfix\.service\.d\/zz/,
  },
  {
    what: "the watch is started otherwise",
    ...added("/etc/systemd/system/mail-relay-watch.service.d/zz.conf", "[Service]"),
    named: /watch\.service\.d\/zz/,
  },
  {
    what: "a library in every program",
    seed: ": >/etc/ld.so.preload",
    undo: "rm /etc/ld.so.preload",
    named: /ld\.so\.preload/,
  },
  { what: "local mail runs a command", ...added("/root/.forward", "|/bin/true"), named: /\.forward/ },
  {
    what: "another postsuper",
    seed: "ln -s /bin/true /usr/local/bin/postsuper",
    undo: "rm /usr/local/bin/postsuper",
    named: /\/usr\/local\/bin\/postsuper/,
  },
  {
    what: "another program of Postfix",
    ...appended("/usr/lib/postfix/sbin/discard", ""),
    named: /postfix\/sbin\/discard/,
  },
  {
    what: "a log that keeps nothing",
    ...added("/etc/systemd/journald.conf.d/zz.conf", "[Journal]"),
    named: /journald\.conf\.d\/zz/,
  },
  {
    what: "a log that goes elsewhere",
    ...added("/etc/rsyslog.d/zz.conf", "mail.* @192.0.2.1"),
    named: /rsyslog\.d\/zz/,
  },
  {
    what: "an older version of a package",
    seed: `cd /root/kept; apt-get -q download sasl2-bin >/dev/null 2>&1; dpkg-deb -R sasl2-bin_*.deb older
sed -i 's/^Version: .*/Version: 2.1.1-1/' older/DEBIAN/control
dpkg-deb -b older older.deb >/dev/null; dpkg -i --force-downgrade older.deb >/dev/null 2>&1`,
    undo: "cd /root/kept; dpkg -i sasl2-bin_*.deb >/dev/null 2>&1; rm -r older older.deb sasl2-bin_*.deb",
    named: /sasl2-bin was set back/,
  },
  {
    what: "a package that is held back",
    seed: "apt-mark hold postfix",
    undo: "apt-mark unhold postfix",
    named: /held back.*postfix|postfix.*held back/,
  },
  {
    what: "no upgrades by apt",
    ...added("/etc/apt/apt.conf.d/99off", 'APT::Periodic::Unattended-Upgrade "0";'),
    named: /Unattended-Upgrade/,
  },
  {
    what: "no lists for apt",
    seed: "systemctl disable apt-daily.timer",
    undo: "systemctl enable apt-daily.timer",
    named: /apt-daily\.timer/,
  },
  {
    what: "another source of packages",
    ...added("/etc/apt/sources.list.d/zz.list", "# deb http://192.0.2.1/ x main"),
    named: /sources\.list\.d\/zz/,
  },
];

/** What nothing of a relay's own shows. */
const unseen: NoticedFault[] = [
  {
    what: "an account that may become root by its group",
    seed: "sed -i 's/^sudo:.*/&news/' /etc/group",
    undo: "sed -i '/^sudo:/s/news//' /etc/group",
    named: /\bnews\b/,
    by: "neither",
  },
  {
    what: "a compressed copy of the user database",
    seed: `tar czf /srv/users.tgz ${database} 2>/dev/null; chmod 644 /srv/users.tgz`,
    undo: "rm /srv/users.tgz",
    named: /users\.tgz/,
    by: "neither",
  },
  {
    what: "another name of the host",
    seed: "hostname other.example.test",
    undo: "hostname relay.example.test",
    named: /other\.example\.test/,
    by: "neither",
  },
];

export const aroundTheRelay: NoticedFault[] = [
  ...[...leaks, ...powers, ...programs, ...network].map((fault) => ({ ...fault, by: "doctor" as const })),
  ...unseen,
];
