import * as pulumi from "@pulumi/pulumi";

/**
 * How much clients may ask of the relay. Clients in `myNetworks`, loopback among them, are exempt from all but `messageSize`
 * and `recipients`, and from `recipientsPerHour` as long as they do not log in.
 */
export interface LimitsArgs {
  /**
   * Largest message, in bytes with all its attachments as they travel, which is about a third more than their files
   * (Postfix `message_size_limit`). A mailbox of the relay's own accounts must hold one, see `mailbox_size_limit` in
   * `postfixParameters`. Default: 26214400, which is 25 MiB, or what the preset of `relayHost` takes if that is less.
   */
  readonly messageSize?: pulumi.Input<number>;

  /**
   * Most recipients of one message (Postfix `smtpd_recipient_limit`); those beyond it are told to come again with 452. At
   * least 100, which RFC 5321 4.5.3.1.8 demands. Default: 1000.
   */
  readonly recipients?: pulumi.Input<number>;

  /**
   * Most recipients a login may send to within an hour, over all its sessions and addresses; a message to three counts
   * three. What would pass it is refused with 450 at DATA, so that clients with a queue send it later. Only what is
   * accepted counts. The count outlives restarts and reboots; a power cut loses its last minute. Should the counter itself fail, mail goes on
   * uncounted, and the log says so. 0: no limit. Default: 1000. See also `users[].recipientsPerHour`.
   */
  readonly recipientsPerHour?: pulumi.Input<number>;

  /** Most connections a client address may have at a time (Postfix `smtpd_client_connection_count_limit`), 10 or
   * more, because a deploy itself looks at the relay from outside. 0: no limit. Default: 25, a quarter of the 100
   * connections that a port takes at a time; of `default_process_limit`, if `postfixParameters` has it. */
  readonly connections?: pulumi.Input<number>;

  /** Most connections a client address may open in a minute (Postfix `smtpd_client_connection_rate_limit`), 60
   * or more. 0: no limit. Default: no limit. */
  readonly connectionsPerMinute?: pulumi.Input<number>;

  /**
   * Most AUTH commands of a client address in a minute, right and wrong ones alike (Postfix
   * `smtpd_client_auth_rate_limit`): beyond it the right password is answered 450 too, also for all others behind that
   * address. Applications that log in anew for every message need as many. 0: no limit. Default: no limit; `ban` counts
   * wrong passwords only.
   */
  readonly authPerMinute?: pulumi.Input<number>;

  /**
   * Client addresses that the limits per address and `ban` pass over, beside `myNetworks`: IPv4 or IPv6 addresses or
   * ranges in CIDR form. For an office behind NAT, whose people would all be locked out for one who mistypes. They still
   * have to log in, and `recipientsPerHour` counts for them. Default: none.
   */
  readonly exempt?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Devices in `myNetworks` whose TLS is too old for the relay, so that they would fail where they could send in clear
   * text: port 25 does not offer them STARTTLS (Postfix `smtpd_discard_ehlo_keyword_address_maps`). IPv4 or IPv6
   * addresses or ranges in CIDR form, each within a network of `myNetworks`. Default: none.
   */
  readonly noStartTls?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Devices in `myNetworks`, such as old scanners, that end a message with line feeds alone: the relay would wait for its
   * end in vain. It takes the messages of these as they are (Postfix `smtpd_forbid_bare_newline_exclusions`), so that a
   * message which such a device passes on can smuggle in another. IPv4 or IPv6 addresses or ranges in CIDR form, each within a
   * network of `myNetworks`. Default: none.
   */
  readonly bareNewline?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Shut out addresses that guess passwords, by IPv6 with the network (/64) they are in, and keep a quarter of each port's
   * connections for addresses that have sent mail as a login within the last 30 days, and for those that are exempt. Needs
   * fail2ban and nftables, which are installed, and about 40 MB of memory. Default: nobody is shut out, and strangers may
   * take all connections.
   */
  readonly ban?: pulumi.Input<BanArgs>;
}

/** When an address is shut out of the relay's ports, and for how long. */
export interface BanArgs {
  /** Wrong logins from one address within `withinMinutes` from which on it is shut out. Default: 10. */
  readonly failures?: pulumi.Input<number>;

  /** Minutes in which they are counted. Default: 10. */
  readonly withinMinutes?: pulumi.Input<number>;

  /** Minutes for which the address is shut out. Default: 60. */
  readonly banMinutes?: pulumi.Input<number>;
}
