import { use, type OwnedParameters } from "../../settings/ownedParameters";
import { chosenParameter } from "../../settings/chosenParameters";
import { RelaySettings } from "../../settings/settings";
import { Parameters } from "./parameters";
import { rewritingParameters } from "./rewriting";
import { takesLogins } from "../../settings/listeners";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  login_header_checks: use("hideClients"),
};

/** The cleanup service of the listeners with a login, which alone looks at headers for this purpose. */
export const loginCleanup = "login-cleanup";

/** Whether that service is needed. */
export function hidesClients(settings: RelaySettings): boolean {
  return settings.hideClients && takesLogins(settings);
}

/** Its header checks; those that were asked for still hold. They cannot be named `$header_checks`, which these replace. */
export function loginHeaderChecks(settings: RelaySettings): Parameters {
  if (!hidesClients(settings)) return {};
  const others = rewritingParameters(settings).header_checks ?? chosenParameter(settings, "header_checks") ?? "";
  return {
    login_header_checks: ["regexp:$config_directory/hide_clients", String(others)].filter((maps) => maps !== ""),
  };
}

/**
 * Rewrites the relay's own `Received` line of a login's message to what Postfix writes for a client it does not name. The
 * line can name any protocol: after HELO it says `SMTP`, with a login or without. Lines of other hosts stay: without them
 * mail that goes in a circle would not be noticed (RFC 5321 6.3).
 */
export function renderHideClients({ myHostname }: RelaySettings): string {
  const relay = myHostname.replaceAll(".", "\\.");
  return [
    "# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.",
    `/^Received: from .*[[:space:]](by ${relay} \\([^)]*\\) with [^[:space:]]+ id .*)$/ REPLACE Received: $1`,
    "/^X-Originating-IP:/ IGNORE",
    "",
  ].join("\n");
}
