import { fixed, left, use, written, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelayInput } from "../../settings/input";
import { chosenParameter } from "../../settings/chosenParameters";
import { smartHosts } from "../../settings/outgoing";
import { RelaySettings } from "../../settings/settings";
import type { RelayParts } from "../../render/parts";
import { hopAddress, serverName, tlsLevel, tlsProtocols, type NextHop } from "../nextHops";
import { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  relayhost: use("relayHost"),
  default_transport: use("relayHost"),
  relay_transport: use("relayHost"),
  smtp_tls_security_level: use("relayHost"),
  smtp_tls_secure_cert_match: fixed,
  smtp_tls_CAfile: fixed,
  smtp_tls_protocols: fixed,
  smtp_tls_mandatory_protocols: fixed,
  smtp_tls_loglevel: fixed,
  smtp_sasl_auth_enable: use("relayHost.login"),
  smtp_sasl_password_maps: use("relayHost.login and relayHost.password"),
  smtp_sasl_mechanism_filter: left("the relay logs in with PLAIN, else LOGIN, else CRAM-MD5, whatever else is offered"),
  smtp_reply_filter: (input) => written("the login of a smart host", logins(input)),
  smtp_tls_servername: (input) => written("smart hosts", smartHosts(input).length),
  smtp_sasl_security_options: fixed,
  smtp_sasl_tls_security_options: fixed,
  default_destination_concurrency_limit: use("delivery.concurrency"),
  default_destination_concurrency_failed_cohort_limit: fixed,
  default_destination_recipient_limit: use("delivery.recipients"),
  smtp_connection_reuse_count_limit: use("delivery.messagesPerConnection"),
  smtp_connection_cache_on_demand: use("delivery.messagesPerConnection"),
  disable_dns_lookups: use("relayHost"),
  transport_maps: ({ transports }) => written("transports", transports?.length),
  sender_dependent_default_transport_maps: ({ relayRoutes }) => written("relayRoutes", relayRoutes?.length),
  sender_dependent_relayhost_maps: ({ relayRoutes }) => written("relayRoutes", relayRoutes?.length),
  smtp_destination_rate_delay: ({ delivery }) => written("delivery.pauseSeconds", delivery?.pauseSeconds),
};

function logins(input: RelayInput): number {
  return smartHosts(input).filter(({ relayHost }) => relayHost.login !== undefined).length;
}

/** Where mail goes, and how the SMTP client speaks to the next hop. */
export function outgoing({ settings, hops }: RelayParts): Parameters {
  const general = hops.find(({ option }) => option === "relayHost");
  return {
    relayhost: general ? hopAddress(general) : "",
    ...(general && general.transport !== "smtp" ? { default_transport: general.transport } : {}),
    ...routing(settings),
    // A login must never travel in clear.
    smtp_tls_security_level: general ? tlsLevel(general) : "may",
    ...(hops.some(({ tls }) => tls === "verified") ? { smtp_tls_secure_cert_match: "nexthop" } : {}),
    smtp_tls_CAfile: settings.smtpClient.caFile,
    smtp_tls_protocols: tlsProtocols("opportunistic"),
    smtp_tls_mandatory_protocols: tlsProtocols("required"),
    ...(general && serverName(general) !== "" ? { smtp_tls_servername: serverName(general) } : {}),
    smtp_tls_loglevel: 1,
    smtp_sasl_auth_enable: general?.passwordFile !== undefined,
    smtp_sasl_password_maps: general?.passwordFile ? `texthash:$config_directory/${general.passwordFile}` : "",
    ...mechanisms(settings, hops),
    smtp_sasl_security_options: ["noanonymous"],
    smtp_sasl_tls_security_options: ["noanonymous"],
    ...bounces(settings),
    ...delivery(settings, hops),
  };
}

/**
 * Of what is left of an offer, the SASL library takes the strongest, which need not be what the preflight logged in with.
 * So the client is shown one mechanism: the first of ours that the server offers, as the preflight takes it.
 */
function mechanisms({ smtpClient }: RelaySettings, hops: NextHop[]): Parameters {
  if (offersTable(smtpClient.mechanisms, hops) === "") return {};
  return {
    smtp_sasl_mechanism_filter: smtpClient.mechanisms.map((name) => name.toLowerCase()),
    smtp_reply_filter: "regexp:$config_directory/offers",
  };
}

function offersTable(names: string[], hops: NextHop[]): string {
  if (hops.every(({ login }) => login === undefined)) return "";
  return names.map((name) => `/^(250[- ]AUTH)[ =](.* )?${name}( .*)?$/ $1 ${name}\n`).join("");
}

/**
 * A bounce has no sender, and providers such as SES refuse it for that; or its recipient does not exist. Postfix would drop
 * it without a word. So the postmaster receives it, from `double-bounce` at the relay. For Postfix's own default, `resource`
 * and `software`, it mails whole sessions, with the passwords of logins, to the postmaster when the disk is full.
 */
function bounces(settings: RelaySettings): Parameters {
  if (chosenParameter(settings, "notify_classes") !== undefined) return {};
  return { notify_classes: ["2bounce"] };
}

function routing({ relayRoutes, transports }: RelaySettings): Parameters {
  return {
    ...(relayRoutes.length > 0
      ? { sender_dependent_default_transport_maps: "texthash:$config_directory/relay_routes" }
      : {}),
    ...(transports.length > 0 ? { transport_maps: "texthash:$config_directory/transports" } : {}),
  };
}

function delivery({ delivery: wanted, relayHost }: RelaySettings, hops: NextHop[]): Parameters {
  return {
    default_destination_concurrency_limit: wanted.concurrency,
    default_destination_recipient_limit: wanted.recipients,
    ...(relayHost
      ? // One refused session must not hold back all mail for minutes where there is no other way for it to go.
        { default_destination_concurrency_failed_cohort_limit: 10 }
      : {}),
    // Postfix counts how often a connection is used again, and takes 0 for no limit.
    ...(wanted.messagesPerConnection === 1
      ? { smtp_connection_cache_on_demand: false }
      : { smtp_connection_reuse_count_limit: wanted.messagesPerConnection - 1 }),
    ...(wanted.pauseSeconds > 0
      ? Object.fromEntries(
          [...new Set(["smtp", ...hops.map(({ transport }) => transport)])].map((transport) => [
            `${transport}_destination_rate_delay`,
            `${wanted.pauseSeconds}s`,
          ]),
        )
      : {}),
  };
}

/** Tables that say which mail goes to which smart host, and what the client sees of its answer to EHLO. */
export function outgoingTables({ settings, hops }: RelayParts): { path: string; body: string }[] {
  const { relayRoutes, transports } = settings;
  const byOption = new Map(hops.map((hop) => [hop.option, `${hop.transport}:${hopAddress(hop)}`]));
  const rows = (list: string, keys: string[][]) =>
    keys.flatMap((names, index) =>
      names.map((name) => `${name} ${byOption.get(`${list}[${index}].relayHost`) ?? ""}\n`),
    );
  const senders = rows(
    "relayRoutes",
    relayRoutes.map((route) => route.senders),
  ).join("");
  const destinations = rows(
    "transports",
    transports.map((transport) => transport.destinations),
  ).join("");
  return [
    { path: "relay_routes", body: senders },
    { path: "transports", body: destinations },
    { path: "offers", body: offersTable(settings.smtpClient.mechanisms, hops) },
  ].filter(({ body }) => body !== "");
}
