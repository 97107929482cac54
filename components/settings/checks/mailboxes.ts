import { RelayInput } from "../input";
import { checkPort, isHostname, quote, Report } from "./report";

/** The server that the output `autoconfig` names for reading mail. */
export function checkMailboxes({ mailboxes }: RelayInput, report: Report): void {
  if (!mailboxes) return;
  const { host, port, userName } = mailboxes;
  if (host === undefined)
    report("mailboxes.host", "missing; give the IMAP server's name, for example imap.example.com");
  else if (!isHostname(host, 2))
    report("mailboxes.host", `${quote(host)} is not a host name, for example imap.example.com`);
  checkPort("mailboxes.port", port, report);
  if (userName !== undefined && !/^[^\s\p{Cc}]{1,256}$/u.test(userName)) {
    report("mailboxes.userName", `${quote(userName)} is not a user name; give %EMAILADDRESS% or %EMAILLOCALPART%`);
  }
}
