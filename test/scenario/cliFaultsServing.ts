import { database, mainCf, none, reverseName, type FaultGroup } from "./cliFaults";

/** Services, who may relay, and the users. */
export const servingFaults = (address: string): FaultGroup[] => [
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
        without: reverseName(address),
        with: { name: reverseName(address), type: "PTR", value: "somewhere.example.test" },
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
        said: /a stranger, may send to any address/,
      },
      {
        what: "XCLIENT for everybody",
        seed: mainCf("smtpd_authorized_xclient_hosts", "0.0.0.0/0"),
        undo: none,
        id: "xclient-open",
        said: /port 25 lets any client pose as another/,
      },
      {
        what: "logins on port 25",
        seed: mainCf("smtpd_sasl_auth_enable", "yes"),
        undo: none,
        id: "auth-offered",
        said: /port 25 accepts logins/,
      },
      {
        what: "passwords without TLS",
        seed: mainCf("smtpd_tls_auth_only", "no"),
        undo: none,
        id: "auth-in-clear",
        said: /port 25 accepts passwords without TLS/,
      },
      {
        what: "a submission port without a login",
        seed: "sed -i --follow-symlinks '/^submission /,/^[^ ]*:10025/s|permit_sasl_authenticated,reject|permit|' /etc/postfix/master.cf",
        undo: none,
        id: "listener-silent",
        said: /port 587 \(submission\) gives no greeting/,
      },
      {
        what: "the own domain delivered on the host",
        seed: mainCf("mydestination", "localhost, example.test"),
        undo: none,
        id: "drift-in-force",
        said: /mydestination is localhost, example\.test instead of \$myhostname/,
      },
      {
        what: "edits made by hand",
        seed: "postfix reload",
        undo: none,
        id: "drift-in-force",
        said: /changed by hand in .*main\.cf: .*mynetworks is 0\.0\.0\.0\/0 instead of 127/,
      },
      {
        what: "a login that no deploy made",
        seed: `printf secret | saslpasswd2 -p -c -f ${database} -u example.test eve`,
        undo: none,
        id: "login-unknown",
        said: /has logins that no deploy made: eve@example\.test/,
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
        said: /port 587 accepts mail for any address/,
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
        what: "a database that Postfix cannot read",
        seed: `chown root:root ${database}; chmod 600 ${database}`,
        undo: none,
        id: "users-unreadable",
        said: /Postfix cannot read .*\(600 root:root\)/,
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
        what: "no DKIM key of another signer",
        without: "mail._domainkey.example.test",
        id: "dns-dkim",
        said: /no DKIM key at mail\._domainkey/,
      },
    ],
  },
];
