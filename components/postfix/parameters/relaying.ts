import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import type { Facts } from "../facts";
import { only, type Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  mynetworks: use("myNetworks"),
  relay_domains: fixed,
  smtpd_client_restrictions: fixed,
  smtpd_helo_required: fixed,
  smtpd_helo_restrictions: fixed,
  smtpd_sender_restrictions: use("users[].allowedSenders"),
  smtpd_sender_login_maps: use("users[].allowedSenders"),
  login_sender_restrictions: use("users[].allowedSenders"),
  smtpd_command_filter: fixed,
  smtpd_end_of_data_restrictions: fixed,
  smtpd_relay_restrictions: use("users and myNetworks"),
  smtpd_recipient_restrictions: fixed,
  smtpd_data_restrictions: fixed,
  disable_vrfy_command: fixed,
  smtpd_authorized_xclient_hosts: fixed,
  smtpd_authorized_xforward_hosts: fixed,
  smtpd_relay_before_recipient_restrictions: fixed,
  smtpd_forbid_unauth_pipelining: fixed,
  smtpd_forbid_bare_newline: fixed,
  smtpd_forbid_bare_newline_exclusions: use("limits.bareNewline"),
};

/** Who may relay, and what no client may do. */
export function relaying(settings: RelaySettings, facts: Facts): Parameters {
  return {
    mynetworks: settings.myNetworks,
    relay_domains: "",
    smtpd_client_restrictions: "",
    smtpd_helo_required: true,
    smtpd_helo_restrictions: "",
    smtpd_sender_restrictions: ["reject_non_fqdn_sender"],
    // Where there are logins; see master.cf.
    login_sender_restrictions: [
      "reject_non_fqdn_sender",
      "check_sasl_access texthash:$config_directory/any_sender",
      "reject_authenticated_sender_login_mismatch",
    ],
    smtpd_sender_login_maps: "texthash:$config_directory/sender_logins",
    // Ends in reject (554), not in the default defer (454): a stranger is told at once and for good.
    smtpd_relay_restrictions: ["permit_mynetworks", "permit_sasl_authenticated", "reject_unauth_destination"],
    smtpd_recipient_restrictions: ["reject_non_fqdn_recipient", "reject_unlisted_recipient"],
    smtpd_data_restrictions: ["reject_unauth_pipelining"],
    disable_vrfy_command: true,
    // Whoever may use these can pretend to be any client; only the probe listener in master.cf allows it, on loopback.
    smtpd_authorized_xclient_hosts: "",
    smtpd_authorized_xforward_hosts: "",
    ...only(facts, {
      smtpd_relay_before_recipient_restrictions: true,
      smtpd_forbid_unauth_pipelining: true,
      // SMTP smuggling (CVE-2023-51764): older packages know the parameter but not yet the value `normalize`, which
      // came together with the reject code.
      smtpd_forbid_bare_newline: facts.parameters.includes("smtpd_forbid_bare_newline_reject_code")
        ? "normalize"
        : true,
    }),
    // Postfix's own default is all of mynetworks. It came together with the parameter.
    ...(facts.parameters.includes("smtpd_forbid_bare_newline")
      ? { smtpd_forbid_bare_newline_exclusions: settings.limits.bareNewline }
      : {}),
  };
}

/**
 * Commands on the listeners with a login, as `smtpd_command_filter` reads them: the bare name `postmaster`, which smtpd
 * takes from anyone before it looks at a restriction (RFC 5321 4.5.1), gets the relay's name and is then an address like
 * any other. Quotes, comments and what else smtpd reads over may stand anywhere in it.
 */
export function renderLoginCommands({ myHostname }: RelaySettings): string {
  const filling = String.raw`([]\"<>,;:[:space:][]|\([^)]*\))*`;
  const bare = [`(@[^:>]*:)?`, ..."postmaster", ""].join(filling);
  const pattern = `RCPT[[:space:]]+TO:${filling}${bare}([[:space:]]+[A-Z]+=.*)?`;
  const groups = pattern.split(/(?<!\\)\(/).length - 1;
  return [
    "# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.",
    `/^${pattern}$/ RCPT TO:<postmaster@${myHostname}>$\{${groups}}`,
    "",
  ].join("\n");
}
