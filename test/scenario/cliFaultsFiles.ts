import { createSelfSignedCertificate, generatePrivateKey, identityForHost } from "sshpk";
import { database, pem, mainCf, none, type FaultGroup } from "./cliFaults";

/** A certificate with its key that ended long ago. */
function endedCertificate(hostname: string): string {
  const key = generatePrivateKey("ecdsa");
  const [validFrom, validUntil] = [new Date("2020-01-01"), new Date("2020-03-01")];
  const cert = createSelfSignedCertificate(identityForHost(hostname), key, { validFrom, validUntil, lifetime: 1 });
  return key.toString("pkcs8") + cert.toString("pem");
}

const ended = Buffer.from(endedCertificate("other.example.test")).toString("base64");
/** The certificate, the files, and what leaves the relay; `refusing` is an address where port 25 is closed. */
export const fileFaults = (address: string, refusing: string): FaultGroup[] => [
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
        said: /every user of the host can read the passwords/,
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
        said: /the key does not belong to the certificate/,
      },
      { what: "no TLS", seed: none, undo: none, id: "listener-tls", said: /port 587 offers no TLS: 454/ },
      {
        what: "a damaged database",
        seed: `echo nonsense >${database}`,
        undo: none,
        id: "users-damaged",
        said: /is not a database/,
      },
      {
        what: "a deploy that was cut off",
        seed: "ln -sfn original /etc/postfix/generations/proven.before-swap",
        undo: "rm /etc/postfix/generations/proven.before-swap",
        id: "deploy-cut-off",
        said: /was interrupted/,
      },
      {
        what: "a proof that failed",
        seed: `echo '{"time":1,"result":null}' >/var/lib/mail-relay/proof.json`,
        undo: none,
        id: "proof-failed",
        said: /the proof of the last deploy failed/,
      },
    ],
    dns: [
      {
        what: "no mail exchanger",
        without: "relay.example.test MX",
        id: "dns-mx",
        said: /relay\.example\.test has no MX record in DNS instead of 10 relay\.example\.test\./,
      },
      {
        what: "an address left over",
        with: { name: "relay.example.test", type: "A", value: "203.0.113.77" },
        id: "dns-a-other",
        said: /DNS also has relay\.example\.test A 203\.0\.113\.77/,
      },
    ],
  },
  {
    name: "what leaves the relay",
    host: [
      {
        what: "a next hop without an address",
        seed: `${mainCf("relayhost", "[nowhere.test]:2525")}; postfix reload`,
        undo: none,
        id: "egress-blocked",
        said: /the next hop nowhere\.test, port 2525, is not reachable: its name has no address/,
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
    dns: [
      {
        what: "another port for clients",
        without: "_submission._tcp.example.test",
        with: { name: "_submission._tcp.example.test", type: "SRV", value: "1 1 25 relay.example.test" },
        id: "dns-srv",
        said: /has 1 1 25 relay\.example\.test\. in DNS instead of 1 1 587/,
      },
      {
        what: "no SPF of the host name",
        without: "relay.example.test TXT",
        id: "dns-spf",
        said: /relay\.example\.test has no SPF record/,
      },
    ],
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
        said: /mx\.receiver\.test, port 25, is not reachable: no connection/,
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
    dns: [
      {
        what: "another DKIM key",
        without: "relay1._domainkey.example.test",
        with: { name: "relay1._domainkey.example.test", type: "TXT", value: "v=DKIM1; k=rsa; p=MIIBIjANBgkq" },
        id: "dns-dkim",
        said: /the DKIM key at relay1\._domainkey\.example\.test is not the relay's/,
      },
    ],
  },
];
