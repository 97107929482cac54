import { createHash } from "node:crypto";
import { keyAndChain } from "../settings/certificates";
import { RelaySettings } from "../settings/settings";
import { Issue } from "../settings/validate";
import { Facts } from "../postfix/facts";
import { nextHops } from "../postfix/nextHops";
import { routeTables } from "../postfix/outgoing";
import { rewritingTables } from "../postfix/rewriting";
import { loginHeaderChecks, renderHideClients } from "../postfix/hideClients";
import { usesIpv6 } from "../postfix/ipv6";
import { loginLimit } from "../postfix/limits";
import { renderMainCf } from "../postfix/mainCf";
import { renderMasterCf, TrialServices } from "../postfix/masterCf";
import { preflightPlan } from "../proof/preflight";
import { smokePlan, trialPlan } from "../proof/probes";
import { trialPortOffset, trialSender, trialSink } from "../proof/trialNames";
import { renderSaslConf, renderUserDatabase, trialSasl } from "../postfix/sasl";
import { trialSigning } from "../services/signer/signing";
import type { BundleSecrets } from "./bundleSecrets";
import type { RenderedFile } from "./renderedFile";
import { serviceFiles, services } from "../services/list";
import {
  renderAliases,
  renderAnySender,
  renderRelayPassword,
  renderSenderLogins,
  senderLoginMaps,
} from "../postfix/tables";

/** What the settings ask for that this host cannot give; each as option path and advice. */
export function unsupported(settings: RelaySettings, facts: Facts): Issue[] {
  return settings.sasl.mechanisms
    .map((mechanism, index) => ({ mechanism, path: `sasl.mechanisms[${index}]` }))
    .filter(({ mechanism }) => !facts.mechanisms.includes(mechanism))
    .map(({ mechanism, path }) => ({
      path,
      message: `${facts.release} ships no ${mechanism}; it has ${facts.mechanisms.join(", ")}`,
    }));
}

/** What the apply step receives. */
export interface Bundle {
  /** Names the configuration by its content: the same files always have the same generation. */
  generation: string;
  files: RenderedFile[];
}

/** Where the trial instance of apply.sh lives; nothing of it survives the step. */
const trialDirectory = "/var/lib/mail-relay/trial";

/** Passwords of smart hosts by the option that names each. */
export function smartHostPasswords({
  relayHostPassword,
  routePasswords,
}: BundleSecrets): Record<string, string | undefined> {
  return { relayHost: relayHostPassword, ...routePasswords };
}

/** Everything apply.sh installs or needs. Only password tables hold a secret, so they alone are not world-readable. */
export function renderBundle(settings: RelaySettings, facts: Facts, secrets: BundleSecrets = {}): Bundle {
  const etc: RenderedFile[] = [
    { path: "main.cf", body: renderMainCf(settings, facts), mode: 0o644 },
    { path: "master.cf", body: renderMasterCf(settings), mode: 0o644 },
    { path: `sasl/${settings.sasl.path}.conf`, body: renderSaslConf(settings), mode: 0o644 },
    { path: "aliases", body: renderAliases(settings), mode: 0o644 },
    { path: "sender_logins", body: renderSenderLogins(settings), mode: 0o644 },
  ];
  const anySender = renderAnySender(settings);
  if (anySender !== "") etc.push({ path: "any_sender", body: anySender, mode: 0o644 });
  etc.push(...[...routeTables(settings), ...rewritingTables(settings)].map((table) => ({ ...table, mode: 0o644 })));
  const passwords = smartHostPasswords(secrets);
  for (const hop of nextHops(settings)) {
    if (hop.passwordFile === undefined) continue;
    etc.push({ path: hop.passwordFile, body: renderRelayPassword(hop, passwords[hop.option] ?? ""), mode: 0o600 });
  }
  if ("login_header_checks" in loginHeaderChecks(settings)) {
    etc.push({ path: "hide_clients", body: renderHideClients(settings), mode: 0o644 });
  }
  const beside = serviceFiles(services(settings, secrets));
  const generation = digest([...etc, ...beside]);
  return {
    generation,
    files: [
      ...inFolder("etc", etc),
      ...beside,
      ...checks(settings, facts),
      ...preflight(settings, passwords),
      { path: "store", body: settings.sasl.store, mode: 0o600 },
      ...certificate(settings, secrets),
      hostname(settings),
    ],
  };
}

/** Takes mail from the trial instance's SMTP client and throws it away. */
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
    smtpd_recipient_restrictions: "check_recipient_access,static:discard",
  },
};

function trialServices(settings: RelaySettings): TrialServices {
  return {
    listeners: [sink],
    // They listen on IPv4 like the rest of the trial, but can be asked about a client by IPv6.
    smtpd: usesIpv6(settings) ? { inet_protocols: settings.inetProtocols } : {},
    // From this address the kernel lets no connection leave the host, wherever a table may send the trial's mail.
    smtp: { smtp_bind_address: "127.0.0.1", smtp_tls_wrappermode: "no" },
  };
}

/** The trial instance's own files, and the dialogues that decide whether the configuration is good. */
function checks(settings: RelaySettings, facts: Facts): RenderedFile[] {
  // Exists only in the trial instance's own user database and only for its seconds on loopback.
  const trial = { login: "trial", password: "trial" };
  const hops = nextHops(settings).map(({ transport }) => transport);
  const signed = trialSigning(settings);
  const overrides = {
    queue_directory: `${trialDirectory}/queue`,
    data_directory: `${trialDirectory}/data`,
    maillog_file: `${trialDirectory}/log`,
    inet_interfaces: "loopback-only",
    smtpd_authorized_xclient_hosts: "127.0.0.1",
    // Nothing a probe says may ever leave: all mail is held back but that to the sink, and see trialServices.
    default_transport: "relay",
    defer_transports: [...new Set(["relay", "lmtp", "local", "virtual", ...hops])].filter((name) => name !== "smtp"),
    // The sink is another server than the one whose certificate is demanded, and has no name to find TLSA records by.
    ...(["verified", "dane"].includes(settings.relayHost?.tls ?? "") ? { smtp_tls_security_level: "encrypt" } : {}),
    // What holds the trial's mail on the host, see trialServices, is an address of IPv4.
    inet_protocols: "ipv4",
    // The counter's socket is in the live chroot, and a trial sends as nobody who should be counted.
    ...("login_data_restrictions" in loginLimit(settings) && { login_data_restrictions: "reject_unauth_pipelining" }),
    transport_maps: [
      `inline:{{${trialSink} = smtp:[127.0.0.1]:${sink.port + trialPortOffset}}}`,
      settings.transports.length > 0 ? "texthash:$config_directory/transports" : "",
      settings.postfixParameters.transport_maps ?? "",
    ].filter((maps) => maps !== ""),
    smtpd_sender_login_maps: [
      `inline:{{${trialSender} = trial trial@${settings.sasl.realm}}}`,
      ...senderLoginMaps(settings),
    ],
    ...signed.parameters,
  };
  const binding = (listener: { port: number }) => `127.0.0.1:${listener.port + trialPortOffset}`;
  const plan = (value: unknown) => JSON.stringify(value) + "\n";
  const { conf, database } = trialSasl(settings);
  return [
    { path: "trial/main.cf", body: renderMainCf(settings, facts, overrides), mode: 0o644 },
    { path: "trial/master.cf", body: renderMasterCf(settings, binding, trialServices(settings)), mode: 0o644 },
    { path: `trial/sasl/${settings.sasl.path}.conf`, body: conf, mode: 0o644 },
    ...signed.files,
    { path: "trial.database", body: database, mode: 0o600 },
    { path: "trial.users", body: renderUserDatabase([trial], settings.sasl.realm), mode: 0o600 },
    { path: "trial.plan", body: plan(trialPlan(settings, trial)), mode: 0o600 },
    { path: "smoke.plan", body: plan(smokePlan(settings)), mode: 0o600 },
  ];
}

function preflight(settings: RelaySettings, passwords: Record<string, string | undefined>): RenderedFile[] {
  const plan = preflightPlan(settings, passwords);
  return plan ? [{ path: "preflight.plan", body: JSON.stringify(plan) + "\n", mode: 0o600 }] : [];
}

/** Where the certificate comes from, for certificate.sh, and a supplied one itself: no part of a generation, because it is a secret. */
function certificate({ tls }: RelaySettings, secrets: BundleSecrets): RenderedFile[] {
  const supplied = tls.source === "supplied" && secrets.certificate ? keyAndChain(secrets.certificate) : undefined;
  return [
    { path: "certificate", body: tls.source, mode: 0o600 },
    ...(supplied === undefined ? [] : [{ path: "supplied.pem", body: supplied, mode: 0o600 }]),
    ...(tls.acme?.required ? [{ path: "certificate-required", body: "", mode: 0o600 }] : []),
  ];
}

function hostname(settings: RelaySettings): RenderedFile {
  return { path: "hostname", body: settings.myHostname + "\n", mode: 0o644 };
}

function inFolder(folder: string, files: RenderedFile[]): RenderedFile[] {
  return files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

function digest(files: RenderedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, mode, body } of files) hash.update(JSON.stringify([path, mode, body]));
  return hash.digest("hex").slice(0, 16);
}
