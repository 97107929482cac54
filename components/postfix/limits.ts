import { RelaySettings } from "../settings/settings";
import { Parameters } from "./parameters";
import { loginLimitSocket } from "../services/loginLimit/service";
import { takesLogins } from "../settings/listeners";

/** Whether some login may send to so many recipients an hour only. */
export function countsRecipients(settings: RelaySettings): boolean {
  const { limits, users } = settings;
  const limited = limits.recipientsPerHour > 0 || users.some(({ recipientsPerHour }) => recipientsPerHour > 0);
  return limited && takesLogins(settings);
}

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

/**
 * What master.cf's listeners with a login ask at DATA: whether the login has recipients left in this hour, wherever it is
 * used. A counter that does not answer stops nobody's mail.
 */
export function loginLimit(settings: RelaySettings): Parameters {
  if (!countsRecipients(settings)) return {};
  const counter = `{ unix:${loginLimitSocket}, default_action=DUNNO, timeout=5s, try_limit=2, retry_delay=1s }`;
  return {
    login_data_restrictions: ["reject_unauth_pipelining", `check_policy_service ${counter}`],
  };
}
