import * as pulumi from "@pulumi/pulumi";

/**
 * The server people read their mail on. The relay has no mailboxes and never talks to it; it is only named in the output
 * `autoconfig`, because Thunderbird takes no such file without a server to read from.
 */
export interface MailboxesArgs {
  /** Host name of the IMAP server. Example: `imap.example.com`. */
  readonly host: pulumi.Input<string>;

  /** TCP port; 143 is taken as STARTTLS, any other as TLS from the first byte. Default: 993. */
  readonly port?: pulumi.Input<number>;

  /**
   * The name people log in with there; Thunderbird puts in `%EMAILADDRESS%` or `%EMAILLOCALPART%`. Default:
   * `%EMAILADDRESS%`.
   */
  readonly userName?: pulumi.Input<string>;
}
