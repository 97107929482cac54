import { X509Certificate } from "node:crypto";
import type { Lab } from "../../sandbox/lab";
import type { ConfigChanges } from "../../sandbox/labConfig";
import { SmtpSession } from "../../sandbox/mail/dialogue";
import { createAuthority } from "../authority";
import { nameAcmeServer, nobodysNames, startAcmeServer, type AcmeServer } from "./acmeServer";
import { handshakes } from "./handshakes";
import { servedCertificate } from "./servedCertificate";
import { changes, eventually, failureOf, onHost, patience, submit, testLab, untilDelivered } from "./support";
import { complaints } from "./testssl";

jest.setTimeout(patience);

const hostname = "relay.example.test";
/** What mail-relay-certificate.timer does. */
const see = "systemctl start mail-relay-certificate.service";
/** What certbot.timer does. */
const renew = "systemctl start certbot.service";

interface Proof {
  passed: string[];
  certificate: { sha256: string; issuer: string; daysLeft: number; trusted: boolean };
}

describe("the certificate clients meet", () => {
  let lab: Lab;
  let acme: AcmeServer;
  let password: string;
  let address: string;
  const authority = createAuthority();
  const intermediate = authority.issue("intermediate.test", { authority: true });
  const leaf = intermediate.issue(hostname);
  const own = { certificate: leaf.certificate + intermediate.certificate, privateKey: leaf.privateKey };

  beforeAll(async () => {
    lab = await testLab("tls");
    await nameAcmeServer(lab);
    acme = await startAcmeServer(lab, { validitySeconds: 45 });
    configure({ tls: own });
    await lab.up();
    const outputs = await lab.outputs();
    address = outputs.address;
    password = outputs.logins.alice!;
  });

  afterAll(async () => {
    await acme?.close();
    await lab?.close();
  });

  const configure = (config: ConfigChanges) =>
    lab.configure({ driftCheck: true, listeners: { submissions: true }, ...config });
  const proof = async () => (await lab.outputs()).proof as Proof;
  const send = (subject: string) => submit(lab, "alice", password, subject, { address });

  const served = (root?: string) => servedCertificate(lab, address, root);

  test("a supplied one is served with its chain, and its key is in no file that others read", async () => {
    const { fingerprint256 } = await served(authority.certificate);
    expect(fingerprint256).toBe(new X509Certificate(leaf.certificate).fingerprint256);
    const { passed, certificate } = await proof();
    expect(passed).toContain("the relay serves the supplied certificate");
    expect(certificate).toMatchObject({ sha256: fingerprint256, issuer: "CN=intermediate.test", daysLeft: 89 });
    expect(certificate.trusted).toBe(false);
    const key = leaf.privateKey.split("\n")[1]!;
    const holding = await onHost(lab, `grep -rlF '${key}' /etc /var/lib /run /var/log 2>/dev/null || true`);
    expect(holding).toBe("/etc/postfix/tls/relay.pem\n");
    expect(await onHost(lab, "stat -c '%a %U' /etc/postfix/tls/relay.pem")).toBe("600 root\n");
  });

  test("testssl finds nothing where clients log in, and on port 25 only what is meant for others", async () => {
    const judge = (port: number, sections: string[]) =>
      complaints({ hostname, address, port, starttls: port !== 465, ca: authority.certificate, sections });
    const [submission, submissions, smtp] = await Promise.all([
      // Protocols, kinds of ciphers, forward secrecy, the server's order, its certificate, and known holes.
      judge(587, ["-p", "-s", "-f", "-P", "-S", "-U"]),
      judge(465, ["-p", "-s", "-f"]),
      judge(25, ["-p", "-s"]),
    ]);
    // About this machine's openssl, about what testssl could not find out, and about an authority of the test's own,
    // which can revoke nothing.
    const ofTheTest = /^(engine_problem WARN|sessionresumption_\w+ WARN|cert_revocation HIGH Neither CRL nor OCSP)/;
    const ofTheRelay = [submission, submissions, smtp].map((found) => found.filter((text) => !ofTheTest.test(text)));
    // Port 25 takes CBC too: another mail server that knows nothing better would send in clear text instead.
    const cbc = expect.stringMatching(/^cipherlist_(AVERAGE|OBSOLETED) LOW offered/) as string;
    expect(ofTheRelay).toEqual([[], [], [cbc]]);
  });

  test("until the name leads to the relay, the deploy says which record is missing, and the relay serves on", async () => {
    const before = await served();
    const resolver = await nobodysNames(lab.cloud.trustedClient);
    // The first place certificate.py looks for resolvers.
    const servers = "/run/systemd/resolve/resolv.conf";
    try {
      await onHost(lab, `mkdir -p $(dirname ${servers}); echo nameserver ${lab.cloud.trustedClient} >${servers}`);
      const { directoryUrl, caCertificate } = acme;
      configure({ tls: { acme: { directoryUrl, caCertificate, email: "ops@example.test", required: true } } });
      const { message } = await failureOf(lab.up());
      expect(message).toContain(`create the DNS record \`${hostname}. A ${address}\``);
      expect(message).toContain("tls.acme.required");
      expect((await served()).fingerprint256).toBe(before.fingerprint256);
      await send("without a name");
    } finally {
      await onHost(lab, `rm -f ${servers}`);
      resolver.kill();
    }
  });

  test("once it does, the next deploy has the certificate issued, and proves it", async () => {
    // Not what the directory's own HTTPS is vouched for with.
    await onHost(
      lab,
      `cat >/usr/local/share/ca-certificates/issuing.crt <<'PEM'\n${acme.root}\nPEM\nupdate-ca-certificates`,
    );
    const { text } = await lab.up();
    expect(text).toContain(`${hostname} has a new certificate`);
    const { fingerprint256 } = await served(acme.root);
    const { certificate } = await proof();
    expect(certificate).toMatchObject({ sha256: fingerprint256, trusted: true, daysLeft: 0 });
    // The self-signed one of both kinds is gone as a whole.
    expect(await onHost(lab, "ls /etc/letsencrypt/live; grep -c 'PRIVATE KEY' /etc/postfix/tls/relay.pem")).toBe(
      "README\nmail-relay\nmail-relay-rsa\n4\n",
    );
    const ecdsaAndRsa = { "TLS 1.2": "yes", "TLS 1.2, RSA only": "yes" };
    expect(await handshakes(address, 25)).toMatchObject(ecdsaAndRsa);
    expect(certificate.issuer).toMatch(/^CN=Pebble Intermediate CA/);
    expect(await onHost(lab, "systemctl is-enabled certbot.timer; systemctl is-active certbot.timer")).toBe(
      "enabled\nactive\n",
    );
  });

  test("certbot's own renewal is served, and no session is dropped or fails", async () => {
    const before = (await served()).fingerprint256;
    const session = await SmtpSession.open({ host: address, port: 587, localAddress: lab.cloud.strangerClient });
    const codes = async (...steps: Parameters<SmtpSession["say"]>[0][]) => {
      const all: number[] = [];
      for (const step of steps) all.push((await session.say(step)).code);
      return all;
    };
    await session.reply();
    const login = { auth: "PLAIN", login: "alice", password } as const;
    expect(await codes("EHLO c.test", "STARTTLS", "EHLO c.test", login, "MAIL FROM:<alice@example.test>")).toEqual([
      250, 220, 250, 235, 250,
    ]);

    let sent = 0;
    let over = false;
    const sending = (async () => {
      for (; !over; sent++) await send(`meanwhile ${sent}`);
    })();
    // Newer versions of certbot find it due only some time later.
    const renewed = await eventually(async () => {
      const { fingerprint256 } = new X509Certificate(
        await onHost(lab, `${renew}; cat /etc/letsencrypt/live/mail-relay/cert.pem`),
      );
      expect(fingerprint256).not.toBe(before);
      return fingerprint256;
    }, 90);
    // Long before an idle smtpd ends by itself.
    await eventually(async () => expect((await served(acme.root)).fingerprint256).toBe(renewed), 10);
    const sentSoFar = sent;
    await eventually(() => Promise.resolve(expect(sent).toBeGreaterThan(sentSoFar + 2)));
    over = true;
    await sending;

    expect(await codes("RCPT TO:<bob@receiver.test>", "DATA", { content: "Subject: held open\n\nhello" })).toEqual([
      250, 354, 250,
    ]);
    session.close();
    await untilDelivered(lab, "held open");
    await untilDelivered(lab, `meanwhile ${sent - 1}`);
  });

  test("a renewal is no drift", async () => {
    expect(changes(await lab.up())).toEqual(["update relay-drift"]);
  });

  test("a good certificate is left alone, and one in its last third is renewed without certbot's timer", async () => {
    await eventually(async () => {
      const before = (await served()).fingerprint256;
      await onHost(lab, see);
      expect((await served(acme.root)).fingerprint256).not.toBe(before);
    }, 90);
    const renewed = (await served()).fingerprint256;
    await onHost(lab, see);
    expect((await served()).fingerprint256).toBe(renewed);
  });

  test("back to a self-signed one, nothing of the others is left, and nothing to do is nothing done", async () => {
    configure({});
    await lab.up();
    const { subject, issuer } = await served();
    expect([subject, issuer]).toEqual([`CN=${hostname}`, `CN=${hostname}`]);
    const places =
      "/etc/letsencrypt/renewal /etc/letsencrypt/live/*/ /etc/postfix/tls /usr/local/lib/mail-relay-certificate";
    const units = "/etc/systemd/system/mail-relay-certificate.*";
    const left = await onHost(
      lab,
      `find ${places} ${units} /etc/mail-relay-certificate* -type f -o -type l 2>/dev/null || true`,
    );
    expect(left).toBe("/etc/postfix/tls/relay.pem\n");
    expect(changes(await lab.up())).toEqual(["update relay-drift"]);
  });
});
