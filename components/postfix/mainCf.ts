import type { RelayParts } from "../render/parts";
import { RelaySettings } from "../settings/settings";
import { clientTls } from "./parameters/clientTls";
import { Facts } from "./facts";
import { loginHeaderChecks } from "./parameters/hideClients";
import { ipv6Parameters } from "./parameters/ipv6";
import { limits } from "./parameters/limits";
import { outgoing } from "./parameters/outgoing";
import { only, Parameters, ParameterValue } from "./parameters/parameters";
import { rewritingParameters } from "./parameters/rewriting";
import { senderLoginMaps } from "./tables";

/** Prints parameters in their given order; `#` never starts inside a value, where Postfix would take it as text. */
export function printMainCf(sections: [title: string, parameters: Parameters][]): string {
  const lines = ["# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost."];
  for (const [title, parameters] of sections) {
    const entries = Object.entries(parameters);
    if (entries.length === 0) continue;
    lines.push("", `# ${title}`);
    for (const [name, value] of entries) lines.push(`${name} =${printValue(value)}`);
  }
  return lines.join("\n") + "\n";
}

function printValue(value: ParameterValue): string {
  if (typeof value === "boolean") return value ? " yes" : " no";
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text === "" ? "" : ` ${text}`;
}

/** main.cf for these parts on the host the facts describe. `overrides` replace or follow the rendered ones. */
export function renderMainCf(parts: RelayParts, facts: Facts, overrides: Parameters = {}): string {
  const { settings, services } = parts;
  const ofLogins = services.map(({ logins }) => logins?.parameters);
  const ofServices = services.flatMap(({ mainCf }) => mainCf ?? []);
  const sections: [string, Parameters][] = [
    ["Identity", identity(settings, facts)],
    ["Local delivery: only the host's own accounts, never the mail domain", localDelivery(settings)],
    ["Who may relay", relaying(settings, facts)],
    ["Login; the listeners in master.cf switch it on", sasl(settings, facts)],
    ["TLS for clients", clientTls()],
    ["How much clients may ask", limits(settings)],
    ["Listeners with a login", Object.assign({}, ...ofLogins, loginHeaderChecks(settings)) as Parameters],
    ["Outgoing mail", outgoing(parts)],
    ["Changes to messages", rewritingParameters(settings)],
    ["Throughput", throughput()],
    ["Chosen with postfixParameters", settings.postfixParameters],
  ];
  const written = new Set(sections.flatMap(([, parameters]) => Object.keys(parameters)));
  const own = ofServices.map(({ title, parameters }): [string, Parameters] => [title, without(parameters, written)]);
  sections.splice(-2, 0, ...own);
  const ofAll = ofServices.map(({ parameters }) => parameters);
  const replacements = Object.assign({}, ...ofAll, overrides) as Parameters;
  const replaced = sections.map(([title, parameters]): [string, Parameters] => [
    title,
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, replacements[name] ?? value])),
  ]);
  const all = new Set(sections.flatMap(([, parameters]) => Object.keys(parameters)));
  return printMainCf([...replaced, ["Additional", without(overrides, all)]]);
}

function without(parameters: Parameters, names: Set<string>): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.has(name)));
}

function identity(settings: RelaySettings, facts: Facts): Parameters {
  return {
    compatibility_level: compatibilityLevel(facts.postfixVersion),
    myhostname: settings.myHostname,
    mydomain: settings.myDomain,
    myorigin: "$myhostname",
    smtpd_banner: "$myhostname ESMTP",
    inet_interfaces: "all",
    inet_protocols: settings.inetProtocols,
    ...ipv6Parameters(settings, facts),
  };
}

/** Levels from 3.6 on are Postfix versions; a level above the running version is an error, so older ones get 2. */
function compatibilityLevel(version: string): string {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 6) ? "3.6" : "2";
}

function localDelivery(settings: RelaySettings): Parameters {
  return {
    mydestination: settings.myDestination,
    alias_maps: "texthash:$config_directory/aliases",
    alias_database: "",
    local_recipient_maps: ["proxy:unix:passwd.byname", "$alias_maps"],
    append_dot_mydomain: false,
    biff: false,
    recipient_delimiter: "+",
  };
}

function relaying(settings: RelaySettings, facts: Facts): Parameters {
  return {
    mynetworks: settings.myNetworks,
    relay_domains: "",
    smtpd_client_restrictions: "",
    smtpd_helo_required: true,
    smtpd_helo_restrictions: "",
    smtpd_sender_restrictions: ["reject_non_fqdn_sender", "reject_authenticated_sender_login_mismatch"],
    smtpd_sender_login_maps: senderLoginMaps(settings),
    // Ends in reject (554), not in the default defer (454): a stranger is told at once and for good.
    smtpd_relay_restrictions: ["permit_mynetworks", "permit_sasl_authenticated", "reject_unauth_destination"],
    smtpd_recipient_restrictions: ["reject_non_fqdn_recipient", "reject_unlisted_recipient"],
    smtpd_data_restrictions: ["reject_unauth_pipelining"],
    disable_vrfy_command: true,
    // Whoever may use these can pretend to be any client; only the probe listener in master.cf allows it, on loopback.
    smtpd_authorized_xclient_hosts: "",
    smtpd_authorized_xforward_hosts: "",
    ...only(facts, {
      smtpd_relay_before_recipient_restrictions: true,
      smtpd_forbid_unauth_pipelining: true,
      // SMTP smuggling (CVE-2023-51764): older packages know the parameter but not yet the value `normalize`, which
      // came together with the reject code.
      smtpd_forbid_bare_newline: facts.parameters.includes("smtpd_forbid_bare_newline_reject_code")
        ? "normalize"
        : true,
    }),
  };
}

function sasl(settings: RelaySettings, facts: Facts): Parameters {
  return {
    smtpd_sasl_auth_enable: false,
    smtpd_sasl_type: "cyrus",
    smtpd_sasl_path: settings.sasl.path,
    ...only(facts, { cyrus_sasl_config_path: "$config_directory/sasl" }),
    smtpd_sasl_local_domain: settings.sasl.localDomain,
    smtpd_sasl_security_options: ["noanonymous"],
    smtpd_sasl_tls_security_options: ["noanonymous"],
    smtpd_sasl_authenticated_header: false,
    broken_sasl_auth_clients: settings.sasl.brokenClients,
    smtpd_tls_auth_only: true,
  };
}

function throughput(): Parameters {
  return {
    // Slow or absent reverse DNS of clients would throttle every session; nothing here decides by client name.
    smtpd_peername_lookup: false,
    in_flow_delay: 0,
    smtp_tls_connection_reuse: true,
  };
}
