import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
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
