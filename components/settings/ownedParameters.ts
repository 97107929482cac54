import type { RelayInput } from "./input";

/**
 * Why a main.cf parameter may not be in `postfixParameters`, and what to do instead. A function says so only for inputs
 * whose options write the parameter: one of the two would be lost without a word.
 */
export type Refusal = string | ((input: RelayInput) => string | undefined);
export type OwnedParameters = Record<string, Refusal>;

const left = (why: string) => `is left to the component; ${why}`;
export const use = (option: string): Refusal => left(`use ${option} instead`);
const fixed = left("it is part of what keeps the relay safe and provable, and cannot be changed");

function written(option: string, value: unknown): string | undefined {
  const used = value !== undefined && value !== 0;
  return used ? `is also written for ${option}; use only one of the two` : undefined;
}

/** Those of the relay itself; a service has its own in `services/`. */
const owned: OwnedParameters = {
  compatibility_level: fixed,
  myhostname: use("myHostname"),
  mydomain: use("myDomain"),
  myorigin: use("myHostname"),
  smtpd_banner: use("smtpBanner"),
  inet_interfaces: fixed,
  inet_protocols: use("inetProtocols"),
  smtp_address_preference: use("inetProtocols"),
  smtpd_client_ipv6_prefix_length: fixed,
  mydestination: use("myDestination"),
  alias_maps: use("aliases"),
  alias_database: use("aliases"),
  local_recipient_maps: fixed,
  append_dot_mydomain: fixed,
  biff: fixed,
  recipient_delimiter: fixed,
  mynetworks: use("myNetworks"),
  relay_domains: fixed,
  smtpd_client_restrictions: fixed,
  smtpd_helo_required: fixed,
  smtpd_helo_restrictions: fixed,
  smtpd_sender_restrictions: use("users[].allowedSenders"),
  smtpd_sender_login_maps: use("users[].allowedSenders"),
  smtpd_relay_restrictions: use("users and myNetworks"),
  smtpd_recipient_restrictions: fixed,
  smtpd_data_restrictions: fixed,
  disable_vrfy_command: fixed,
  smtpd_relay_before_recipient_restrictions: fixed,
  smtpd_forbid_unauth_pipelining: fixed,
  smtpd_forbid_bare_newline: fixed,
  smtpd_authorized_xclient_hosts: fixed,
  smtpd_authorized_xforward_hosts: fixed,
  smtpd_sasl_auth_enable: use("listeners"),
  smtpd_sasl_type: fixed,
  smtpd_sasl_path: use("sasl.path"),
  cyrus_sasl_config_path: fixed,
  smtpd_sasl_local_domain: use("sasl.realm"),
  smtpd_sasl_security_options: use("sasl.mechanisms"),
  smtpd_sasl_tls_security_options: use("sasl.mechanisms"),
  smtpd_sasl_authenticated_header: fixed,
  broken_sasl_auth_clients: use("sasl.brokenClients"),
  smtpd_tls_auth_only: fixed,
  smtpd_tls_security_level: fixed,
  smtpd_tls_chain_files: fixed,
  smtpd_tls_protocols: fixed,
  smtpd_tls_mandatory_protocols: fixed,
  smtpd_tls_ciphers: fixed,
  smtpd_tls_mandatory_ciphers: fixed,
  smtpd_tls_exclude_ciphers: fixed,
  smtpd_tls_mandatory_exclude_ciphers: fixed,
  tls_preempt_cipherlist: fixed,
  tls_ssl_options: fixed,
  smtpd_tls_loglevel: fixed,
  smtpd_tls_received_header: fixed,
  message_size_limit: use("limits.messageSize"),
  smtpd_recipient_limit: use("limits.recipients"),
  smtpd_client_connection_count_limit: use("limits.connections"),
  smtpd_client_connection_rate_limit: use("limits.connectionsPerMinute"),
  smtpd_client_auth_rate_limit: use("limits.authPerMinute"),
  anvil_rate_time_unit: fixed,
  smtpd_client_event_limit_exceptions: use("limits.exempt"),
  login_header_checks: use("hideClients"),
  relayhost: use("relayHost"),
  smtp_tls_security_level: use("relayHost"),
  smtp_tls_secure_cert_match: fixed,
  smtp_tls_CAfile: fixed,
  smtp_tls_protocols: fixed,
  smtp_tls_mandatory_protocols: fixed,
  smtp_tls_loglevel: fixed,
  smtp_sasl_auth_enable: use("relayHost.login"),
  smtp_sasl_password_maps: use("relayHost.login and relayHost.password"),
  smtp_sasl_security_options: fixed,
  smtp_sasl_tls_security_options: fixed,
  default_destination_concurrency_limit: use("delivery.concurrency"),
  default_destination_concurrency_failed_cohort_limit: fixed,
  default_destination_recipient_limit: use("delivery.recipients"),
  smtp_connection_reuse_count_limit: use("delivery.messagesPerConnection"),
  smtp_connection_cache_on_demand: use("delivery.messagesPerConnection"),
  smtpd_peername_lookup: fixed,
  in_flow_delay: fixed,
  smtp_tls_connection_reuse: fixed,
  // Not written to main.cf, but nothing would work, or be found again, if they moved.
  queue_directory: fixed,
  data_directory: fixed,
  config_directory: fixed,
  daemon_directory: fixed,
  command_directory: fixed,
  meta_directory: fixed,
  mail_owner: fixed,
  setgid_group: fixed,
  maillog_file: fixed,
  // Postfix accepts these without a word, and then mail goes nowhere, or is answered otherwise than is proved.
  default_transport: use("relayHost"),
  relay_transport: use("relayHost"),
  local_transport: use("myDestination"),
  defer_transports: fixed,
  content_filter: left("there is no listener for what a filter gives back; use smtpd_milters instead"),
  disable_dns_lookups: use("relayHost"),
  allow_untrusted_routing: fixed,
  soft_bounce: fixed,
  // Free until an option that writes them is used.
  transport_maps: ({ transports }) => written("transports", transports?.length),
  sender_dependent_default_transport_maps: ({ relayRoutes }) => written("relayRoutes", relayRoutes?.length),
  sender_dependent_relayhost_maps: ({ relayRoutes }) => written("relayRoutes", relayRoutes?.length),
  smtp_destination_rate_delay: ({ delivery }) => written("delivery.pauseSeconds", delivery?.pauseSeconds),
  always_bcc: ({ alwaysBcc }) => written("alwaysBcc", alwaysBcc),
  canonical_maps: ({ rewriting }) => written("rewriting.canonical", rewriting?.canonical?.length),
  sender_canonical_maps: ({ rewriting }) => written("rewriting.senders", rewriting?.senders?.length),
  recipient_canonical_maps: ({ rewriting }) => written("rewriting.recipients", rewriting?.recipients?.length),
  smtp_generic_maps: ({ rewriting }) => written("rewriting.generic", rewriting?.generic?.length),
  header_checks: ({ headerChecks }) => written("headerChecks", headerChecks?.length),
};

/** Why this input may not have a parameter; undefined for one that is free. `services` are those of the services. */
export function refusalOf(parameter: string, input: RelayInput, services: OwnedParameters): string | undefined {
  const all = { ...owned, ...services };
  const refusal = Object.hasOwn(all, parameter) ? all[parameter] : undefined;
  return typeof refusal === "function" ? refusal(input) : refusal;
}
