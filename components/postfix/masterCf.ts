import { listeners, syslogName, type Listener } from "../settings/listeners";
import type { RelayParts } from "../render/parts";
import { alertListeners } from "./alertListener";
import { hopServices } from "./nextHops";
import { noStartTlsOptions } from "./parameters/limits";
import { hidesClients, loginCleanup } from "./parameters/hideClients";
import { loginMilterOptions } from "./parameters/loginMilters";
import { milterClientsOptions } from "./parameters/milterClients";

/** One line of master.cf, in its own column order; undefined columns print as `-`. */
interface Service {
  name: string;
  type: "inet" | "unix" | "unix-dgram";
  private?: boolean;
  unprivileged?: boolean;
  chroot: boolean;
  wakeup?: string;
  maxProcesses?: number;
  command: string;
  options?: Record<string, string>;
}

const loginOnly = {
  smtpd_sasl_auth_enable: "yes",
  smtpd_command_filter: "regexp:$config_directory/login_commands",
  smtpd_sender_restrictions: "$login_sender_restrictions",
  smtpd_relay_restrictions: "permit_sasl_authenticated,reject",
  // Asked about every message, whichever way a recipient has found past the restrictions above.
  smtpd_end_of_data_restrictions: "$login_sender_restrictions,permit_sasl_authenticated,reject",
};

/** What sets a listener with a login apart from port 25, which main.cf describes. */
function optionsOf(listener: Listener, parts: RelayParts): Record<string, string> {
  if (!listener.auth) return { ...noStartTlsOptions(parts.settings), ...milterClientsOptions(parts) };
  return {
    syslog_name: syslogName(listener),
    ...(listener.tls === "implicit" ? { smtpd_tls_wrappermode: "yes" } : { smtpd_tls_security_level: "encrypt" }),
    ...loginOnly,
  };
}

/**
 * Loopback only: main.cf's own restrictions, asked as any client with any login by means of XCLIENT. The host's local
 * users, who may relay anyway, are the only ones who can reach it.
 */
export const probeListener = {
  port: 10025,
  service: "127.0.0.1:10025",
  options: {
    syslog_name: "postfix/probe",
    smtpd_authorized_xclient_hosts: "127.0.0.1",
    smtpd_sasl_auth_enable: "yes",
    smtpd_sender_restrictions: "$login_sender_restrictions",
    smtpd_tls_security_level: "none",
    smtpd_tls_auth_only: "no",
    // However many recipients it is asked about, and whatever Postfix does under stress.
    smtpd_soft_error_limit: "1000",
    smtpd_hard_error_limit: "1000",
  },
};

/** The same for the listeners that demand a login: what they answer differs, and they let nobody pretend. */
export const loginProbe = {
  port: 10587,
  service: "127.0.0.1:10587",
  options: { ...probeListener.options, ...loginOnly },
};

/**
 * The package's own services (Postfix 3.5 to 3.10) with its chroot column: everything that needs no file outside the
 * queue runs chrooted. Delivery by mailbox programs (maildrop, mailman and so on) is left out: a relay has none.
 */
const packaged: Service[] = [
  { name: "pickup", type: "unix", private: false, chroot: true, wakeup: "60", maxProcesses: 1, command: "pickup" },
  { name: "cleanup", type: "unix", private: false, chroot: true, maxProcesses: 0, command: "cleanup" },
  { name: "qmgr", type: "unix", private: false, chroot: false, wakeup: "300", maxProcesses: 1, command: "qmgr" },
  { name: "tlsmgr", type: "unix", chroot: true, wakeup: "1000?", maxProcesses: 1, command: "tlsmgr" },
  { name: "rewrite", type: "unix", chroot: true, command: "trivial-rewrite" },
  { name: "bounce", type: "unix", chroot: true, maxProcesses: 0, command: "bounce" },
  { name: "defer", type: "unix", chroot: true, maxProcesses: 0, command: "bounce" },
  { name: "trace", type: "unix", chroot: true, maxProcesses: 0, command: "bounce" },
  { name: "verify", type: "unix", chroot: true, maxProcesses: 1, command: "verify" },
  { name: "flush", type: "unix", private: false, chroot: true, wakeup: "1000?", maxProcesses: 0, command: "flush" },
  { name: "proxymap", type: "unix", chroot: false, command: "proxymap" },
  { name: "proxywrite", type: "unix", chroot: false, maxProcesses: 1, command: "proxymap" },
  { name: "smtp", type: "unix", chroot: true, command: "smtp" },
  { name: "relay", type: "unix", chroot: true, command: "smtp", options: { syslog_name: "postfix/relay" } },
  { name: "showq", type: "unix", private: false, chroot: true, command: "showq" },
  { name: "error", type: "unix", chroot: true, command: "error" },
  { name: "retry", type: "unix", chroot: true, command: "error" },
  { name: "discard", type: "unix", chroot: true, command: "discard" },
  { name: "local", type: "unix", unprivileged: false, chroot: false, command: "local" },
  { name: "virtual", type: "unix", unprivileged: false, chroot: false, command: "virtual" },
  { name: "lmtp", type: "unix", chroot: true, command: "lmtp" },
  { name: "anvil", type: "unix", chroot: true, maxProcesses: 1, command: "anvil" },
  { name: "scache", type: "unix", chroot: true, maxProcesses: 1, command: "scache" },
  // TLS connection reuse towards the next hop goes through tlsproxy, which the package leaves commented out.
  { name: "tlsproxy", type: "unix", chroot: true, maxProcesses: 0, command: "tlsproxy" },
  { name: "postlog", type: "unix-dgram", private: false, chroot: false, maxProcesses: 1, command: "postlogd" },
];

/** Where a listener is bound; the trial instance moves all of them to loopback. */
export type Binding = (listener: { port: number; service: string }) => string;

const publicBinding: Binding = (listener) => listener.service;

/**
 * What the trial instance has besides: listeners and SMTP clients of its own, and options for all listeners and for the
 * other clients.
 */
export interface TrialServices {
  listeners: { port: number; service: string; options: Record<string, string> }[];
  clients: { name: string; options: Record<string, string> }[];
  smtpd: Record<string, string>;
  smtp: Record<string, string>;
}

/** master.cf for these parts. */
export function renderMasterCf(
  parts: RelayParts,
  binding: Binding = publicBinding,
  trial: TrialServices = { listeners: [], clients: [], smtpd: {}, smtp: {} },
): string {
  const { settings, hops, services } = parts;
  const hides = hidesClients(settings);
  // What every listener with a login has by choice; main.cf holds the values.
  const ofLogins = Object.assign(
    {},
    ...services.map(({ logins }) => logins?.options),
    loginMilterOptions(parts),
    hides && { cleanup_service_name: loginCleanup },
  ) as Record<string, string>;
  const open = listeners(settings).map((listener) => ({
    ...listener,
    options: { ...optionsOf(listener, parts), ...(listener.auth ? ofLogins : {}) },
  }));
  const inet = [...open, probeListener, loginProbe, ...trial.listeners].map((listener): Service => ({
    name: binding(listener),
    type: "inet",
    private: false,
    chroot: true,
    command: "smtpd",
    options: { ...listener.options, ...trial.smtpd },
  }));
  const alerts = alertListeners(settings).map((one): Service => ({
    ...one,
    type: "unix",
    chroot: true,
    command: "smtpd",
  }));
  // The system's own lookup reads /etc/hosts and its libraries, of which the chroot has copies of the day Postfix started.
  const chroot = !settings.smtpClient.hostLookup.includes("native");
  const shipped = packaged.map((one): Service => (one.command === "smtp" ? { ...one, chroot } : one));
  const cleanup = packaged.find(({ name }) => name === "cleanup")!;
  const cleanups: Service[] = hides
    ? [{ ...cleanup, name: loginCleanup, options: { header_checks: "$login_header_checks" } }]
    : [];
  const clients = hopServices(hops).map((hop): Service => ({ ...hop, type: "unix", chroot, command: "smtp" }));
  const isClient = (service: Service) => service.name === "smtp" || clients.includes(service);
  const withTrial = (service: Service) =>
    isClient(service) ? { ...service, options: { ...service.options, ...trial.smtp } } : service;
  // Without chroot, for the trial's own has no resolver.
  const own = trial.clients.map((client): Service => ({ ...client, type: "unix", chroot: false, command: "smtp" }));
  return [
    "# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.",
    "# service       type  private  unpriv  chroot  wakeup  maxproc  command",
    ...[...inet, ...[...shipped, ...cleanups, ...alerts, ...clients].map(withTrial), ...own].flatMap(printService),
    "",
  ].join("\n");
}

function printService(service: Service): string[] {
  const columns = [
    service.name.padEnd(15),
    service.type.padEnd(10),
    flag(service.private),
    flag(service.unprivileged),
    flag(service.chroot),
    (service.wakeup ?? "-").padEnd(6),
    String(service.maxProcesses ?? "-").padEnd(3),
    service.command,
  ];
  const options = Object.entries(service.options ?? {}).map(([name, value]) => `  -o ${name}=${value}`);
  return [columns.join(" "), ...options];
}

function flag(value: boolean | undefined): string {
  return value === undefined ? "-" : value ? "y" : "n";
}
