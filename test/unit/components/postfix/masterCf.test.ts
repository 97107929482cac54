import { renderMasterCf } from "../../../../components/postfix/masterCf";
import { renderMilterClients } from "../../../../components/postfix/parameters/milterClients";
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
    expect(options.smtpd_command_filter).toBe("regexp:$config_directory/login_commands");
    expect(options.smtpd_end_of_data_restrictions).toMatch(/,permit_sasl_authenticated,reject$/);
    expect([options.smtpd_tls_security_level, options.smtpd_tls_wrappermode]).toContainEqual(
      expect.stringMatching(/^(encrypt|yes)$/),
    );
  }
});

test("a sender is held to its login wherever logins are, and nowhere else, where Postfix warns of it", () => {
  const all = { smtp: true, submission: true, submissions: true, alternate: true };
  const parts = fullParts({ listeners: all });
  const { smtpd_sender_restrictions: ofMainCf, login_sender_restrictions: ofLogins } = relaying(
    parts.settings,
    factsOf["3.7"]!,
  );
  expect(ofMainCf).toEqual(["reject_non_fqdn_sender"]);
  expect(ofLogins).toContain("reject_authenticated_sender_login_mismatch");
  const masterCf = renderMasterCf(parts);
  const held = ["smtp", "submission", "submissions", "2525", "127.0.0.1:10025", "127.0.0.1:10587"].map((service) => {
    const options = optionsOf(service, masterCf);
    const restrictions = options.smtpd_sender_restrictions ?? "";
    return [options.smtpd_sasl_auth_enable ?? "no", restrictions === "$login_sender_restrictions"];
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

test("only clients in myNetworks pass the signer on port 25; logins always do", () => {
  const signed = fullParts({ dkim: {} });
  const maps = { smtpd_milter_maps: "cidr:$config_directory/milter_clients" };
  expect(optionsOf("smtp", renderMasterCf(signed))).toMatchObject(maps);
  expect(optionsOf("submission", renderMasterCf(signed))).not.toHaveProperty("smtpd_milter_maps");
  expect(optionsOf("smtp", text)).not.toHaveProperty("smtpd_milter_maps");
  const milter = "inet:127.0.0.1:18891";
  expect(renderMilterClients(signed)).toBe(
    [
      `127.0.0.0/8 ${milter}`,
      `::1/128 ${milter}`,
      `192.0.2.0/28 ${milter}`,
      `2001:db8::/48 ${milter}`,
      "0.0.0.0/0 DISABLE",
      "::/0 DISABLE",
      "",
    ].join("\n"),
  );
  expect(renderMilterClients(fullParts())).toBe("");
});

test("mail of alerts has a socket that only root and Postfix may reach, and asks no service but the signer", () => {
  const settings = { ...fullSettings(), alerts: { mail: "ops@example.net" } };
  const rendered = renderMasterCf({ ...fullParts(), settings: settings as never });
  expect(rendered).toMatch(/^alerts +unix +- - y - +- +smtpd$/m);
  const options = optionsOf("alerts", rendered);
  expect(options).toMatchObject({ smtpd_milters: "$non_smtpd_milters", milter_default_action: "accept" });
  for (const [name, value] of Object.entries(options)) {
    if (name.endsWith("_restrictions")) expect(["", "permit_mynetworks,reject"]).toContain(value);
  }
  expect(renderMasterCf({ ...fullParts(), settings: { ...settings, alerts: undefined } })).not.toMatch(/^alerts/m);
});
