import { generateKeyPairSync } from "node:crypto";
import { parsePrivateKey } from "sshpk";
import { clientTls } from "../../../../components/postfix/parameters/clientTls";
import { keyAndChain } from "../../../../components/settings/certificates";
import { SuppliedCertificate } from "../../../../components/settings/settings";
import { validateSecrets } from "../../../../components/settings/validate";
import { createAuthority } from "../../../authority";
import { fullSettings, issuesOf as inputIssues } from "../fixtures";

const hostname = "relay.example.com";
const root = createAuthority();
const intermediate = root.issue("intermediate.test", { authority: true });
const leaf = intermediate.issue(hostname);
const chain = `${leaf.certificate}\n${intermediate.certificate}\n`;
const { certificate, privateKey } = { certificate: chain, privateKey: leaf.privateKey };
const pem = { type: "pkcs8", format: "pem" } as const;
const spki = { type: "spki", format: "pem" } as const;

const issuesOf = (given: SuppliedCertificate) =>
  validateSecrets({ passwords: [], certificate: { certificate, privateKey, hostname, ...given } });

test("a chain with its key has no issue, whatever stands between its certificates", () => {
  expect(issuesOf({})).toEqual([]);
  expect(issuesOf({ certificate: `relay:\n${leaf.certificate}\nits issuer:\r\n${intermediate.certificate}` })).toEqual(
    [],
  );
  expect(issuesOf({ certificate: leaf.certificate })).toEqual([]);
  expect(issuesOf({ hostname: "Relay.Example.com" })).toEqual([]);
});

test.each([
  ["no PEM", "certificate", /^holds no certificate in PEM form/],
  [leaf.privateKey, "a key", /^holds no certificate in PEM form/],
  [leaf.certificate.replace(/\n[A-Za-z]/, "\n!"), "a damaged one", /^certificate 1 of 1 in it cannot be read/],
  [
    `${intermediate.certificate}\n${leaf.certificate}`,
    "the wrong order",
    /^certificate 1 of 2 .* not issued by the next/,
  ],
  [`${leaf.certificate}\n${root.certificate}`, "a hole in it", /^certificate 1 of 2 .* not issued by the next/],
])("a chain that is none: %#", (wrong, _, message) => {
  const issues = issuesOf({ certificate: wrong, privateKey: undefined, hostname: undefined });
  expect(issues).toEqual([{ path: "tls.certificate", message: expect.stringMatching(message) as string }]);
});

test("a certificate for another name is refused with the names it is for", () => {
  const other = intermediate.issue("mail.example.com");
  const issues = issuesOf({ certificate: other.certificate, privateKey: other.privateKey });
  const message = 'is for DNS:mail.example.com, which does not cover myHostname "relay.example.com"';
  expect(issues).toEqual([{ path: "tls.certificate", message }]);
});

test.each([
  ["2020-01-01", "2021-01-01", /the certificate ended on Jan .*1 .*2021/],
  ["2120-01-01", "2121-01-01", /the certificate is not valid before Jan .*1 .*2120/],
])("a certificate valid from %s to %s is refused", (from, until, message) => {
  const other = root.issue(hostname, { validFrom: new Date(from), validUntil: new Date(until) });
  const issues = issuesOf({ certificate: other.certificate, privateKey: other.privateKey });
  expect(issues).toEqual([{ path: "tls.certificate", message: expect.stringMatching(message) as string }]);
});

const weak = generateKeyPairSync("rsa", { modulusLength: 1024, privateKeyEncoding: pem, publicKeyEncoding: spki });
const locked = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { ...pem, cipher: "aes-256-cbc", passphrase: "canary" },
  publicKeyEncoding: spki,
});
const young = generateKeyPairSync("ed25519", { privateKeyEncoding: pem, publicKeyEncoding: spki });

test.each([
  ["another key", root.privateKey, [/^does not belong to the first certificate/]],
  ["no key", "canary", [/^is not a private key in PEM form \(its value is not shown here\)$/]],
  ["a passphrase", locked.privateKey, [/^has a passphrase/]],
  ["1024 bits", weak.privateKey, [/^is an RSA key of 1024 bits/, /^does not belong/]],
  ["a key few know", young.privateKey, [/^is an ed25519 key/, /^does not belong/]],
])("%s is refused, and never shown", (_, key, messages) => {
  const issues = issuesOf({ privateKey: key });
  expect(issues.map(({ path }) => path)).toEqual(messages.map(() => "tls.privateKey"));
  issues.forEach(({ message }, index) => expect(message).toMatch(messages[index]!));
  expect(JSON.stringify(issues)).not.toContain(key.split("\n")[1] ?? key);
});

test("the key comes first in what Postfix reads, in one form, and the chain without its comments", () => {
  const { privateKey: rsa } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: spki,
  });
  const own = root.issue(hostname, { key: parsePrivateKey(rsa) });
  const text = keyAndChain({ certificate: `for us\n${own.certificate}\n${root.certificate}\n`, privateKey: rsa });
  const marks = text.split("\n").filter((line) => line.startsWith("-----"));
  expect(marks.map((mark) => mark.replaceAll("-", ""))).toEqual([
    "BEGIN PRIVATE KEY",
    "END PRIVATE KEY",
    "BEGIN CERTIFICATE",
    "END CERTIFICATE",
    "BEGIN CERTIFICATE",
    "END CERTIFICATE",
  ]);
  expect(text).not.toContain("for us");
});

test.each([
  [{ certificate: true }, "tls.privateKey", /^missing; tls\.certificate needs it/],
  [{ privateKey: true }, "tls.certificate", /^missing; tls\.privateKey was given/],
  [{ certificate: true, privateKey: true, acme: {} }, "tls.acme", /give one of the two/],
  [{ acme: { email: "ops" } }, "tls.acme.email", /"ops" is not a mail address/],
  [{ acme: { directoryUrl: "http://ca.example.net" } }, "tls.acme.directoryUrl", /is not the https:\/\/ address/],
  [{ acme: { directoryUrl: "ca" } }, "tls.acme.directoryUrl", /"ca" is not the https:\/\/ address/],
  [{ acme: { directoryUrl: "https://ca.example.net/", staging: true } }, "tls.acme.staging", /names another; give one/],
  [{ acme: { caCertificate: "/etc/ca.pem" } }, "tls.acme.caCertificate", /is not a certificate in PEM form/],
])("what does not go together is refused: %j", (tls, path, message) => {
  const issues = inputIssues({ tls });
  expect(issues).toEqual([{ path, message: expect.stringMatching(message) as string }]);
});

test.each(["", "dop_v1_abc def", "dop_v1_abc#", "a,b", "dop_v1_abc\n"])(
  "%j is refused as a token, and never shown",
  (token) => {
    const issues = validateSecrets({ passwords: [], digitalOceanToken: token });
    const message =
      "is not an API token of DigitalOcean, dop_v1_ and 64 hexadecimal digits (its value is not shown here)";
    expect(issues).toEqual([{ path: "tls.acme.digitalOceanToken", message }]);
  },
);

test("a token chooses DNS-01", () => {
  expect(validateSecrets({ passwords: [], digitalOceanToken: `dop_v1_${"0a".repeat(32)}` })).toEqual([]);
  expect(fullSettings({ tls: { acme: {} } }).tls.acme?.challenge).toBe("http-01");
  const settings = fullSettings({ tls: { acme: { digitalOceanToken: true } } });
  expect(settings.tls.acme?.challenge).toBe("dns-01");
});

test("the source follows from what is given, and Let's Encrypt is the default", () => {
  const acme = { email: "ops@example.net", staging: true, caCertificate: root.certificate, required: true };
  expect(inputIssues({ tls: { acme } })).toEqual([]);
  expect(fullSettings().tls).toEqual({ source: "self-signed", rsaForLogins: false });
  expect(fullSettings({ tls: {} }).tls.source).toBe("self-signed");
  expect(fullSettings({ tls: { certificate: true, privateKey: true } }).tls.source).toBe("supplied");
  expect(fullSettings({ tls: { acme: {} } }).tls.acme?.directoryUrl).toBe(
    "https://acme-v02.api.letsencrypt.org/directory",
  );
  expect(fullSettings({ tls: { acme } }).tls.acme?.directoryUrl).toContain("//acme-staging-v02.");
});

test.each([[Object.create(null)], [[Symbol("a")]], [5]])(
  "a certificate and key that are %# no text are named",
  (value) => {
    const issues = validateSecrets({ certificate: { certificate: value as string, privateKey: value as string } });
    expect(issues).toEqual(
      ["tls.certificate", "tls.privateKey"].map((path) => ({ path, message: "is not text; put it in quotes" })),
    );
  },
);

test("RSA for logins is a choice, which a supplied certificate takes away", () => {
  const excluded = (tls: object) =>
    (clientTls(fullSettings({ tls })).smtpd_tls_mandatory_exclude_ciphers as string[]).includes("aRSA");
  expect(excluded({})).toBe(true);
  expect(excluded({ acme: {} })).toBe(true);
  expect(excluded({ rsaForLogins: true })).toBe(false);
  expect(excluded({ acme: {}, rsaForLogins: true })).toBe(false);
  expect(excluded({ certificate: true, privateKey: true })).toBe(false);
  expect(inputIssues({ tls: { certificate: true, privateKey: true, rsaForLogins: true } })).toEqual([]);
  expect(inputIssues({ tls: { certificate: true, privateKey: true, rsaForLogins: false } })).toEqual([
    { path: "tls.rsaForLogins", message: expect.stringContaining("served as it is") as string },
  ]);
});
