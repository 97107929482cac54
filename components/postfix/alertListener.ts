import type { RelaySettings } from "../settings/settings";

/**
 * Where the watch hands over the mail of alerts: a socket in the queue's folder `private`, which only root and Postfix may
 * enter, so that no local user has it. It asks nobody else: no policy service, no check of logins, and the signer only for
 * as long as that answers, because its death is one of the alerts.
 */
const options = {
  syslog_name: "postfix/alerts",
  smtpd_authorized_xclient_hosts: "127.0.0.1",
  smtpd_tls_security_level: "none",
  smtpd_client_restrictions: "",
  smtpd_helo_restrictions: "",
  smtpd_sender_restrictions: "",
  smtpd_relay_restrictions: "permit_mynetworks,reject",
  smtpd_recipient_restrictions: "",
  smtpd_data_restrictions: "",
  smtpd_end_of_data_restrictions: "",
  // As other mail of the host itself, but sooner unsigned than not at all.
  smtpd_milters: "$non_smtpd_milters",
  milter_default_action: "accept",
  milter_connect_timeout: "5s",
  milter_command_timeout: "5s",
  milter_content_timeout: "5s",
};

export function alertListeners({ alerts }: RelaySettings): { name: string; options: Record<string, string> }[] {
  return alerts?.mail === undefined ? [] : [{ name: "alerts", options }];
}
