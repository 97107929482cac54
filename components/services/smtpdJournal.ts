import { listeners, syslogName } from "../settings/listeners";
import type { RelaySettings } from "../settings/settings";

/**
 * What any local user can choose of a line of the journal is its text and identifier; unit and program are the journal's own.
 * The unit alone is not enough: in it local(8) runs the commands of a user's .forward. Its name differs by release.
 */
const writtenBySmtpd = [
  "_SYSTEMD_UNIT=postfix.service",
  "_SYSTEMD_UNIT=postfix@-.service",
  "_EXE=/usr/lib/postfix/sbin/smtpd",
];

/** What the listeners with a login call themselves in the log. */
export function loginPrograms(settings: RelaySettings): string[] {
  return listeners(settings).flatMap((listener) => (listener.auth ? [`${syslogName(listener)}/smtpd`] : []));
}

/** What readers of the journal match by to see what these log, and nothing that others made look like it. */
export function loginMatch(settings: RelaySettings): string {
  return loginPrograms(settings)
    .map((name) => [`SYSLOG_IDENTIFIER=${name}`, ...writtenBySmtpd].join(" "))
    .join(" + ");
}
