import { Facts } from "../postfix/facts";
import { usesIpv6 } from "../postfix/parameters/ipv6";
import { renderMainCf } from "../postfix/mainCf";
import { renderMasterCf, type TrialServices } from "../postfix/masterCf";
import { loginMilters } from "../postfix/parameters/loginMilters";
import type { Parameters } from "../postfix/parameters/parameters";
import { renderUserDatabase, trialSasl } from "../postfix/sasl";
import type { RelayParts } from "../render/parts";
import type { RenderedFile } from "../render/renderedFile";
import type { Trial } from "../services/service";
import { chosenParameter } from "../settings/chosenParameters";
import { smokePlan, trialPlan } from "./probes";
import { verificationClients, verificationListeners, verificationParameters } from "./verification";
import { trialLogin, trialPortOffset, trialSender, trialSink } from "./trialNames";

/** Where the trial instance of apply.sh lives; nothing of it survives the step. */
const trialDirectory = "/var/lib/mail-relay/trial";

/** Takes mail from the trial instance's SMTP client as it comes, and keeps it for trial.sh to look at. */
const sink = {
  port: 24,
  service: "24",
  options: {
    syslog_name: "postfix/sink",
    // The client would take a server of its own name for a loop.
    myhostname: "sink.relay-probe.invalid",
    smtpd_helo_restrictions: "reject_invalid_helo_hostname",
    smtpd_sender_restrictions: "",
    smtpd_relay_restrictions: "permit_mynetworks,reject",
    smtpd_recipient_restrictions: "check_recipient_access,static:hold",
    receive_override_options: "no_header_body_checks,no_address_mappings,no_milters",
    local_header_rewrite_clients: "",
    // Like the poorest of receivers: nothing may be converted for it once it is signed.
    smtpd_discard_ehlo_keywords: "8bitmime,smtputf8",
  },
};

function trialServices(parts: RelayParts): TrialServices {
  const { settings } = parts;
  return {
    listeners: [sink, ...verificationListeners(parts)],
    clients: verificationClients(parts),
    // They listen on IPv4 like the rest of the trial, but can be asked about a client by IPv6.
    smtpd: usesIpv6(settings) ? { inet_protocols: settings.inetProtocols } : {},
    // From this address the kernel lets no connection leave the host, wherever a table may send the trial's mail.
    smtp: { smtp_bind_address: "127.0.0.1", smtp_tls_wrappermode: "no" },
  };
}

/** The trial instance's own files, and the dialogues that decide whether the configuration is good. */
export function trialFiles(parts: RelayParts, facts: Facts): RenderedFile[] {
  const { settings, services } = parts;
  // Exists only in the trial instance's own user database and only for its seconds on loopback.
  const trial = { login: trialLogin, password: trialLogin };
  const hops = parts.hops.map(({ transport }) => transport);
  const trials = services.flatMap((service) => service.trial ?? []);
  const overrides = {
    queue_directory: `${trialDirectory}/queue`,
    data_directory: `${trialDirectory}/data`,
    maillog_file: `${trialDirectory}/log`,
    inet_interfaces: "loopback-only",
    smtpd_authorized_xclient_hosts: "127.0.0.1",
    // No mail of the probes may ever leave: all is held back but that to the sink, and see trialServices.
    default_transport: "relay",
    defer_transports: [...new Set(["relay", "lmtp", "local", "virtual", ...hops])].filter((name) => name !== "smtp"),
    // The sink is another server than the one whose certificate is demanded, and has no name to find TLSA records by.
    ...(["verified", "dane"].includes(settings.relayHost?.tls ?? "") ? { smtp_tls_security_level: "encrypt" } : {}),
    // What holds the trial's mail on the host, see trialServices, is an address of IPv4.
    inet_protocols: "ipv4",
    ...verificationParameters(parts),
    transport_maps: [
      `inline:{{${trialSink} = smtp:[127.0.0.1]:${sink.port + trialPortOffset}}}`,
      settings.transports.length > 0 ? "texthash:$config_directory/transports" : "",
      chosenParameter(settings, "transport_maps") ?? "",
    ].filter((maps) => maps !== ""),
    smtpd_sender_login_maps: [
      `inline:{{${trialSender} = ${trialLogin} ${trialLogin}@${settings.sasl.realm}}}`,
      "texthash:$config_directory/sender_logins",
    ],
    ...loginMilters(parts, { inTrial: true }),
    ...(Object.assign({}, ...trials.map(({ parameters }) => parameters)) as Parameters),
  };
  const binding = (listener: { port: number }) => `127.0.0.1:${listener.port + trialPortOffset}`;
  const plan = (value: unknown) => JSON.stringify(value) + "\n";
  const { conf, database } = trialSasl(settings);
  return [
    { path: "trial/main.cf", body: renderMainCf(parts, facts, overrides), mode: 0o644 },
    { path: "trial/master.cf", body: renderMasterCf(parts, binding, trialServices(parts)), mode: 0o644 },
    { path: `trial/sasl/${settings.sasl.path}.conf`, body: conf, mode: 0o644 },
    ...trials.flatMap(({ files = [] }) => files.map((file) => ({ ...file, path: `trial/${file.path}` }))),
    { path: "trial.database", body: database, mode: 0o600 },
    { path: "trial.users", body: renderUserDatabase([trial], settings.sasl), mode: 0o600 },
    { path: "trial.plan", body: plan(trialPlan(settings, trial)), mode: 0o600 },
    ...expected(trials),
    ...trials.flatMap(({ signature }) =>
      signature ? [{ path: "trial.signature", body: plan(signature), mode: 0o600 }] : [],
    ),
    { path: "smoke.plan", body: plan(smokePlan(settings)), mode: 0o600 },
  ];
}

/** What the trial's log must show, for trial.sh: two lines each, what to look for and what to say without it. */
function expected(trials: Trial[]): RenderedFile[] {
  const lines = trials.flatMap(({ expect }) => (expect ? [expect.pattern, expect.otherwise] : []));
  return lines.length === 0 ? [] : [{ path: "trial.expected", body: lines.join("\n") + "\n", mode: 0o600 }];
}
