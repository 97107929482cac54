import { renderMasterCf } from "../../../../components/postfix/masterCf";
import { relaying } from "../../../../components/postfix/parameters/relaying";
import { endpoints, listeners } from "../../../../components/settings/listeners";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const text = renderMasterCf(fullParts());
const services = text
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith(" "))
  .map((line) => line.split(/\s+/));

/** The options of one listener. */
function optionsOf(service: string, masterCf: string): Record<string, string> {
  const block = masterCf.split(/\n(?=\S)/).find((candidate) => candidate.startsWith(`${service} `)) ?? "";
  return Object.fromEntries([...block.matchAll(/-o (\w+)=(.*)/g)].map(([, name, value]) => [name!, value!]));
}

test("every service has eight columns", () => {
  for (const columns of services) expect(columns).toHaveLength(8);
});

test("no service is declared twice", () => {
  const names = services.map(([name, type]) => `${name}/${type}`);
  expect(new Set(names).size).toBe(names.length);
});

test("what faces the network is chrooted, as packaged", () => {
  for (const [name, type, , , chroot, , , command] of services) {
    if (command === "smtpd" || command === "smtp" || command === "tlsproxy") {
      expect({ name, type, chroot }).toEqual({ name, type, chroot: "y" });
    }
  }
});

test("submission demands TLS and a login", () => {
  expect(optionsOf("submission", text)).toMatchObject({
    smtpd_tls_security_level: "encrypt",
    smtpd_sasl_auth_enable: "yes",
    smtpd_relay_restrictions: "permit_sasl_authenticated,reject",
  });
});

test("XCLIENT is allowed on loopback alone", () => {
  const blocks = text.split(/\n(?=\S)/).filter((block) => block.includes("xclient") || block.includes("xforward"));
  expect(blocks.map((block) => block.split(/ +/, 2).join(" "))).toEqual([
    "127.0.0.1:10025 inet",
    "127.0.0.1:10587 inet",
  ]);
});

test("each listener can be switched on and off", () => {
  const all = { smtp: false, submission: false, submissions: true, alternate: true };
  expect(endpoints(fullSettings({ listeners: all }))).toEqual([
    { port: 465, tls: "implicit", auth: true },
    { port: 2525, tls: "starttls", auth: true },
  ]);
});

test("every listener that takes logins refuses everybody else", () => {
  const all = { submission: true, submissions: true, alternate: true };
  const parts = fullParts({ listeners: all });
  const taking = listeners(parts.settings).filter(({ auth }) => auth);
  expect(taking).toHaveLength(3);
  for (const { service } of taking) {
    const options = optionsOf(service, renderMasterCf(parts));
    expect(options.smtpd_relay_restrictions).toBe("permit_sasl_authenticated,reject");
    expect([options.smtpd_tls_security_level, options.smtpd_tls_wrappermode]).toContainEqual(
      expect.stringMatching(/^(encrypt|yes)$/),
    );
  }
});

test("a sender is held to its login wherever logins are, and nowhere else, where Postfix warns of it", () => {
  const all = { smtp: true, submission: true, submissions: true, alternate: true };
  const parts = fullParts({ listeners: all });
  expect(relaying(parts.settings, factsOf["3.7"]!).smtpd_sender_restrictions).toEqual(["reject_non_fqdn_sender"]);
  const masterCf = renderMasterCf(parts);
  const held = ["smtp", "submission", "submissions", "2525", "127.0.0.1:10025", "127.0.0.1:10587"].map((service) => {
    const options = optionsOf(service, masterCf);
    const restrictions = options.smtpd_sender_restrictions ?? "";
    return [
      options.smtpd_sasl_auth_enable ?? "no",
      restrictions.includes("reject_authenticated_sender_login_mismatch"),
    ];
  });
  expect(held).toEqual([["no", false], ...Array<unknown>(5).fill(["yes", true])]);
});

test("a binding moves every listener", () => {
  const moved = renderMasterCf(fullParts(), ({ port }) => `127.0.0.1:${port + 20000}`);
  expect(moved).toMatch(/^127\.0\.0\.1:20025 +inet /m);
  expect(moved).toMatch(/^127\.0\.0\.1:20587 +inet /m);
  expect(moved).not.toMatch(/^(smtp|submission) +inet /m);
});

test("the endpoints are the listeners", () => {
  expect(endpoints(fullSettings())).toEqual([
    { port: 25, tls: "starttls", auth: false },
    { port: 587, tls: "starttls", auth: true },
  ]);
});
