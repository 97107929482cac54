import { withoutBrackets } from "../../settings/addresses";
import { fixed, use, written, type OwnedParameters } from "../../settings/ownedParameters";
import { RelaySettings } from "../../settings/settings";
import { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  message_size_limit: use("limits.messageSize"),
  smtpd_recipient_limit: use("limits.recipients"),
  smtpd_client_connection_count_limit: use("limits.connections"),
  smtpd_client_connection_rate_limit: use("limits.connectionsPerMinute"),
  smtpd_client_auth_rate_limit: use("limits.authPerMinute"),
  anvil_rate_time_unit: fixed,
  smtpd_client_event_limit_exceptions: use("limits.exempt"),
  // Port 25 would lose it to the option's own.
  smtpd_discard_ehlo_keyword_address_maps: ({ limits }) => written("limits.noStartTls", limits?.noStartTls?.length),
};

/** What a client may ask of the relay; the rates are counted by anvil, per client address. */
export function limits({ limits: wanted }: RelaySettings): Parameters {
  return {
    message_size_limit: wanted.messageSize,
    smtpd_recipient_limit: wanted.recipients,
    smtpd_client_connection_count_limit: wanted.connections,
    smtpd_client_connection_rate_limit: wanted.connectionsPerMinute,
    smtpd_client_auth_rate_limit: wanted.authPerMinute,
    anvil_rate_time_unit: "60s",
    smtpd_client_event_limit_exceptions: ["$mynetworks", ...wanted.exempt],
  };
}

/** What port 25 has for clients that are not offered STARTTLS; listeners with a login have no other way in. */
export function noStartTlsOptions({ limits: { noStartTls } }: RelaySettings): Record<string, string> {
  if (noStartTls.length === 0) return {};
  return { smtpd_discard_ehlo_keyword_address_maps: "cidr:$config_directory/no_starttls" };
}

/** The table of those clients; empty without any. */
export function renderNoStartTls({ limits: { noStartTls } }: RelaySettings): string {
  return noStartTls.map((network) => `${withoutBrackets(network)} starttls\n`).join("");
}
