import { createHash } from "node:crypto";
import { keyAndChain } from "../settings/certificates";
import { RelaySettings } from "../settings/settings";
import { Issue } from "../settings/validate";
import { Facts } from "../postfix/facts";
import { outgoingTables } from "../postfix/parameters/outgoing";
import { renderNoStartTls } from "../postfix/parameters/limits";
import { renderMilterClients } from "../postfix/parameters/milterClients";
import { rewritingTables } from "../postfix/parameters/rewriting";
import { hidesClients, renderHideClients } from "../postfix/parameters/hideClients";
import { renderLoginCommands } from "../postfix/parameters/relaying";
import { renderMainCf } from "../postfix/mainCf";
import { renderMasterCf } from "../postfix/masterCf";
import { preflightPlan } from "../proof/preflight";
import { renderSaslConf } from "../postfix/sasl";
import type { BundleSecrets } from "./bundleSecrets";
import type { RenderedFile } from "./renderedFile";
import { trialFiles } from "../proof/trial";
import { partsOf, type RelayParts } from "./parts";
import { serviceFiles } from "../services/files";
import { renderAliases, renderAnySender, renderRelayPassword, renderSenderLogins } from "../postfix/tables";

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
interface Bundle {
  /** Names the configuration by its content: the same files always have the same generation. */
  generation: string;
  files: RenderedFile[];
}

/** Passwords of smart hosts by the option that names each. */
function smartHostPasswords({ relayHostPassword, routePasswords }: BundleSecrets): Record<string, string | undefined> {
  return { relayHost: relayHostPassword, ...routePasswords };
}

/** Everything apply.sh installs or needs. Only password tables hold a secret, so they alone are not world-readable. */
export function renderBundle(settings: RelaySettings, facts: Facts, secrets: BundleSecrets = {}): Bundle {
  const parts = partsOf(settings, secrets);
  const etc: RenderedFile[] = [
    { path: "main.cf", body: renderMainCf(parts, facts), mode: 0o644 },
    { path: "master.cf", body: renderMasterCf(parts), mode: 0o644 },
    { path: `sasl/${settings.sasl.path}.conf`, body: renderSaslConf(settings), mode: 0o644 },
    { path: "aliases", body: renderAliases(settings), mode: 0o644 },
    { path: "sender_logins", body: renderSenderLogins(settings), mode: 0o644 },
    { path: "any_sender", body: renderAnySender(settings), mode: 0o644 },
    { path: "login_commands", body: renderLoginCommands(settings), mode: 0o644 },
  ];
  etc.push(...[...outgoingTables(parts), ...rewritingTables(settings)].map((table) => ({ ...table, mode: 0o644 })));
  const passwords = smartHostPasswords(secrets);
  for (const hop of parts.hops) {
    if (hop.passwordFile === undefined) continue;
    etc.push({ path: hop.passwordFile, body: renderRelayPassword(hop, passwords[hop.option] ?? ""), mode: 0o600 });
  }
  if (hidesClients(settings)) {
    etc.push({ path: "hide_clients", body: renderHideClients(settings), mode: 0o644 });
  }
  const noStartTls = renderNoStartTls(settings);
  if (noStartTls !== "") etc.push({ path: "no_starttls", body: noStartTls, mode: 0o644 });
  const milterClients = renderMilterClients(parts);
  if (milterClients !== "") etc.push({ path: "milter_clients", body: milterClients, mode: 0o644 });
  const beside = serviceFiles(parts.services);
  const generation = digest([...etc, ...beside]);
  return {
    generation,
    files: [
      ...inFolder("etc", etc),
      ...beside,
      ...trialFiles(parts, facts),
      ...preflight(parts, passwords),
      { path: "store", body: settings.sasl.store, mode: 0o600 },
      ...certificate(settings, secrets),
      hostname(settings),
    ],
  };
}

function preflight(parts: RelayParts, passwords: Record<string, string | undefined>): RenderedFile[] {
  const plan = preflightPlan(parts, passwords);
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
