import { createSelfSignedCertificate, generatePrivateKey, identityForHost } from "sshpk";

/** A fault somebody or something makes on a relay, and what the doctor must say of it. */
export interface SeededFault {
  what: string;
  /** Shell lines on the host. */
  seed: string;
  undo: string;
  id: string;
  /** Part of the sentence that names it. */
  said: RegExp;
}

/** Records of the world outside; `without` are taken out, `with` put in. */
export interface DnsFault {
  what: string;
  without?: string;
  with?: { name: string; type: "A" | "PTR" | "TXT"; value: string };
  id: string;
  said: RegExp;
}

/** Faults that can be there together without one hiding another; each group costs one look. */
export interface FaultGroup {
  name: string;
  host: SeededFault[];
  dns: DnsFault[];
}

const database = "/var/spool/postfix/sasl/relay.db";
const pem = "/etc/postfix/tls/relay.pem";

/** One parameter in the live file, behind its link, as an editor would change it. */
const mainCf = (name: string, value: string) =>
  `postconf -n ${name} | grep -q = && sed -i --follow-symlinks 's|^${name} *=.*|${name} = ${value}|' /etc/postfix/main.cf` +
  ` || echo '${name} = ${value}' >>$(readlink -f /etc/postfix/main.cf)`;
/** Every group begins with a copy of what it may change, and ends with bringing it back; master waits a minute before it starts an smtpd again that failed. */
export const keep = `rm -rf /root/kept; mkdir /root/kept; cp -a $(readlink -f /etc/postfix/generations/current) /root/kept/live
cp -a ${pem} ${database} /root/kept/; cp -a /var/lib/mail-relay/proof.json /root/kept/`;
export const putBack = `cp -a /root/kept/live/. $(readlink -f /etc/postfix/generations/current)/
cp -a /root/kept/relay.pem ${pem}; cp -a /root/kept/relay.db ${database}; cp -a /root/kept/proof.json /var/lib/mail-relay/
systemctl restart postfix
journalctl -q --rotate; journalctl -q --vacuum-time=1s 2>/dev/null`;

/** A certificate with its key that ended long ago. */
function endedCertificate(hostname: string): string {
  const key = generatePrivateKey("ecdsa");
  const [validFrom, validUntil] = [new Date("2020-01-01"), new Date("2020-03-01")];
  const cert = createSelfSignedCertificate(identityForHost(hostname), key, { validFrom, validUntil, lifetime: 1 });
  return key.toString("pkcs8") + cert.toString("pem");
}

const ended = Buffer.from(endedCertificate("other.example.test")).toString("base64");
const none = "true";

export const groups = (address: string, refusing: string): FaultGroup[] => [
  {
    name: "services",
    host: [
      {
        what: "a stopped service",
        seed: "systemctl stop postfix",
        undo: none,
        id: "unit-stopped",
        said: /postfix does not run/,
      },
      {
        what: "a masked service",
        seed: "systemctl mask postfix",
        undo: "systemctl unmask postfix",
        id: "unit-masked",
        said: /postfix is masked/,
      },
      {
        what: "a timer that will not start again",
        seed: "systemctl disable mail-relay-watch.timer",
        undo: "systemctl enable mail-relay-watch.timer",
        id: "unit-disabled",
        said: /mail-relay-watch\.timer is disabled/,
      },
    ],
    dns: [
      {
        what: "another reverse name",
        without: address,
        with: { name: address, type: "PTR", value: "somewhere.example.test" },
        id: "dns-ptr",
        said: /has the name somewhere\.example\.test in reverse DNS/,
      },
    ],
  },
  {
    name: "who may relay",
    host: [
      {
        what: "networks for everybody",
        seed: mainCf("mynetworks", "0.0.0.0/0"),
        undo: none,
        id: "open-relay",
        said: /a stranger, may send to anybody/,
      },
      {
        what: "XCLIENT for everybody",
        seed: mainCf("smtpd_authorized_xclient_hosts", "0.0.0.0/0"),
        undo: none,
        id: "xclient-open",
        said: /port 25 lets everybody pretend/,
      },
      {
        what: "logins on port 25",
        seed: mainCf("smtpd_sasl_auth_enable", "yes"),
        undo: none,
        id: "auth-offered",
        said: /port 25 takes logins/,
      },
      {
        what: "passwords without TLS",
        seed: mainCf("smtpd_tls_auth_only", "no"),
        undo: none,
        id: "auth-in-clear",
        said: /port 25 takes passwords without TLS/,
      },
      {
        what: "a submission port without a login",
        seed: "sed -i --follow-symlinks '/^submission /,/^[^ ]*:10025/s|permit_sasl_authenticated,reject|permit|' /etc/postfix/master.cf",
        undo: none,
        id: "listener-silent",
        said: /port 587 \(submission\) gives no greeting/,
      },
      {
        what: "edits made by hand",
        seed: "postfix reload",
        undo: none,
        id: "drift",
        said: /changed since the last deploy: .*main\.cf/,
      },
    ],
    dns: [{ what: "no DMARC record", without: "_dmarc.example.test", id: "dns-dmarc", said: /no DMARC record/ }],
  },
  {
    name: "users gone",
    host: [
      {
        what: "no user database",
        seed: `rm ${database}`,
        undo: none,
        id: "users-missing",
        said: /there is no user database/,
      },
      {
        what: "an open submission port",
        seed: "sed -i --follow-symlinks '/^submission /,/^[^ ]*:10025/s|permit_sasl_authenticated,reject|permit_sasl_authenticated,check_client_access,static:ok,reject|' /etc/postfix/master.cf; postfix reload",
        undo: none,
        id: "open-port",
        said: /port 587 takes mail for anybody/,
      },
    ],
    dns: [
      {
        what: "an SPF record for others",
        without: "example.test TXT",
        with: { name: "example.test", type: "TXT", value: "v=spf1 ip4:203.0.113.77 -all" },
        id: "dns-spf",
        said: /does not let .* send \(fail\)/,
      },
    ],
  },
  {
    name: "users unreadable",
    host: [
      {
        what: "a database that Postfix may not read",
        seed: `chown root:root ${database}; chmod 600 ${database}`,
        undo: none,
        id: "users-unreadable",
        said: /Postfix may not read .*\(600 root:root\)/,
      },
      {
        what: "a login that is refused",
        seed: none,
        undo: none,
        id: "login-refused",
        said: /port 587 refuses a login .*454/,
      },
      {
        what: "a full disk",
        seed: "mount -t tmpfs -o size=1m tmpfs /tmp; head -c 2M /dev/zero >/tmp/full || true",
        undo: "umount /tmp",
        id: "disk-full",
        said: /\/tmp has .* left/,
      },
    ],
    dns: [
      {
        what: "no DKIM key",
        without: "mail._domainkey.example.test",
        id: "dns-dkim",
        said: /no DKIM key at mail\._domainkey/,
      },
    ],
  },
  {
    name: "a wrong certificate",
    host: [
      {
        what: "an ended certificate",
        seed: `echo ${ended} | base64 -d >${pem}; postfix reload`,
        undo: none,
        id: "certificate-ended",
        said: /ended \d+ days ago/,
      },
      {
        what: "a certificate for another name",
        seed: none,
        undo: none,
        id: "certificate-name",
        said: /for other\.example\.test, not for relay/,
      },
      {
        what: "passwords for everybody",
        seed: `chmod 644 ${database}; chmod 755 /var/spool/postfix/sasl`,
        undo: "chmod 750 /var/spool/postfix/sasl",
        id: "users-exposed",
        said: /everybody on the host can read the passwords/,
      },
      {
        what: "no inodes left",
        seed: "mount -t tmpfs -o nr_inodes=10 tmpfs /tmp; touch /tmp/1 /tmp/2 /tmp/3 /tmp/4 /tmp/5 /tmp/6 /tmp/7 /tmp/8 /tmp/9 || true",
        undo: "umount /tmp",
        id: "inodes-gone",
        said: /\/tmp has 0 of 10 inodes left/,
      },
    ],
    dns: [
      {
        what: "a block list",
        with: { name: `${address.split(".").reverse().join(".")}.bl.receiver.test`, type: "A", value: "127.0.0.2" },
        id: "block-list",
        said: /on the block list bl\.receiver\.test/,
      },
    ],
  },
  {
    name: "another key",
    host: [
      {
        what: "another certificate's key",
        seed: `{ openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null; openssl x509 -in ${pem}; } >/root/other.pem; cat /root/other.pem >${pem}; postfix reload`,
        undo: "rm /root/other.pem",
        id: "certificate-key",
        said: /the key is not the certificate's/,
      },
      { what: "no TLS", seed: none, undo: none, id: "listener-tls", said: /port 587 has no TLS to offer: 454/ },
      {
        what: "a damaged database",
        seed: `echo nonsense >${database}`,
        undo: none,
        id: "users-damaged",
        said: /is no database/,
      },
      {
        what: "a deploy that was cut off",
        seed: "ln -sfn original /etc/postfix/generations/proven.before-swap",
        undo: "rm /etc/postfix/generations/proven.before-swap",
        id: "deploy-cut-off",
        said: /cut off half-way/,
      },
      {
        what: "a proof that failed",
        seed: `echo '{"time":1,"result":null}' >/var/lib/mail-relay/proof.json`,
        undo: none,
        id: "proof-failed",
        said: /did not prove itself/,
      },
    ],
    dns: [],
  },
  {
    name: "what leaves the relay",
    host: [
      {
        what: "a next hop without an address",
        seed: `${mainCf("relayhost", "[nowhere.test]:2525")}; postfix reload`,
        undo: none,
        id: "egress-blocked",
        said: /the next hop nowhere\.test, port 2525, is not reached: its name has no address/,
      },
      {
        what: "no SASL configuration",
        seed: "rm $(readlink -f /etc/postfix/sasl/smtpd.conf)",
        undo: none,
        id: "sasl-unconfigured",
        said: /smtpd\.conf is missing/,
      },
      {
        what: "another name server in the chroot",
        seed: "echo nameserver 192.0.2.1 >/var/spool/postfix/etc/resolv.conf",
        undo: "cp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf",
        id: "postfix-check",
        said: /resolv\.conf .* differ/,
      },
      {
        what: "something fatal in the log",
        seed: "logger -p mail.crit -t postfix/smtpd 'fatal: seeded for a test'",
        undo: none,
        id: "log-fatal",
        said: /postfix\/smtpd logged 1 x fatal: seeded/,
      },
    ],
    dns: [],
  },
  {
    name: "mail that waits",
    host: [
      {
        what: "a host name without an address record",
        seed: mainCf("myhostname", "mail.example.test"),
        undo: none,
        id: "dns-a",
        said: /mail\.example\.test has no address in DNS/,
      },
      {
        what: "egress that is blocked",
        seed: `echo '192.0.2.200 mx.receiver.test' >>/etc/hosts`,
        undo: "sed -i '/mx.receiver.test/d' /etc/hosts",
        id: "egress-blocked",
        said: /mx\.receiver\.test, port 25, is not reached: no connection/,
      },
      {
        what: "old mail",
        seed: `echo hello | sendmail -f root@example.test 'bob@[${refusing}]'
until postqueue -j | grep -q '"deferred".*delay_reason'; do sleep 0.2; done
python3 - <<'END'
import glob, re, time
[path] = glob.glob("/var/spool/postfix/deferred/*/*")
with open(path, "r+b") as file:
    text = file.read()
    old = re.search(rb"T.(\\d{10}) ", text)
    file.seek(old.start(1))
    file.write(b"%d" % (int(old[1]) - 7200))
END`,
        undo: "postsuper -d ALL 2>/dev/null",
        id: "queue-old",
        said: /1 messages wait in the queue deferred, the oldest for 2h/,
      },
    ],
    dns: [],
  },
];
