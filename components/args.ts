import * as pulumi from "@pulumi/pulumi";
import { AlertsArgs } from "./args/alerts";
import { DeliveryArgs, InetProtocols, Preflight } from "./args/delivery";
import { DkimArgs } from "./args/dkim";
import { DnsArgs } from "./args/dns";
import { DropletArgs } from "./args/droplet";
import { HostArgs } from "./args/host";
import { LimitsArgs } from "./args/limits";
import { ListenersArgs } from "./args/listeners";
import { MailboxesArgs } from "./args/mailboxes";
import { RelayHostArgs } from "./args/relayHost";
import { ResolverArgs } from "./args/resolver";
import { HeaderCheckArgs, RewritingArgs } from "./args/rewriting";
import { RelayRouteArgs, TransportArgs } from "./args/routes";
import { SaslArgs } from "./args/sasl";
import { TlsArgs } from "./args/tls";
import { HeaderFrom, UserArgs } from "./args/users";

export * from "./args/alerts";
export * from "./args/delivery";
export * from "./args/dkim";
export * from "./args/dns";
export * from "./args/droplet";
export * from "./args/host";
export * from "./args/limits";
export * from "./args/listeners";
export * from "./args/mailboxes";
export * from "./args/relayHost";
export * from "./args/resolver";
export * from "./args/rewriting";
export * from "./args/routes";
export * from "./args/sasl";
export * from "./args/tls";
export * from "./args/users";

/**
 * Everything a `MailRelay` can be told. Only `myHostname` and one of `droplet` and `host` are required. What decides which
 * resources exist must be known before anything runs, so it is a plain value: `users` and their logins, `listeners`, `dkim`,
 * `manageDns`, `dns`, `relayHost`, `droplet`, `host` and `driftCheck`. Outputs go inside them, and anywhere else.
 */
export interface MailRelayArgs {
  /**
   * The relay's fully qualified host name (Postfix `myhostname`): its greeting, its HELO name, the name clients connect
   * to, and for a droplet its name and thereby its PTR record. Example: `relay.example.com`.
   */
  readonly myHostname: pulumi.Input<string>;

  /**
   * The mail domain (Postfix `mydomain`), also the SASL realm of the logins. Mail for it is relayed by MX, never
   * delivered on the relay. Default: `myHostname` without its first label.
   */
  readonly myDomain?: pulumi.Input<string>;

  /**
   * What the relay says first to a client (Postfix `smtpd_banner`). RFC 5321 4.3.1 wants the host name there, and old
   * clients look for the word ESMTP, so it begins with `$myhostname ESMTP`. Default: `$myhostname ESMTP`, which tells
   * nothing about the software. Example: `$myhostname ESMTP No spam, please`.
   */
  readonly smtpBanner?: pulumi.Input<string>;

  /**
   * Who may log in and relay. The list and its logins are plain values; a password can be an Output. Default: nobody;
   * then `myNetworks` must name who may send.
   */
  readonly users?: UserArgs[];

  /**
   * Leave entries of the user database alone that no deploy of this relay made. Default: false, they are removed;
   * true where `sasl.database` is shared with other programs.
   */
  readonly keepUnmanagedUsers?: pulumi.Input<boolean>;

  /**
   * Client addresses that relay without a login on port 25 (Postfix `mynetworks`): IPv4 or IPv6 addresses or ranges in
   * CIDR form. Loopback is always included. Default: loopback only. Keep it small: these clients are exempt from
   * Postfix's rate limits.
   */
  readonly myNetworks?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Names whose mail is delivered to the relay's own accounts (Postfix `mydestination`). The mail domain cannot be one:
   * its mail lives elsewhere. Default: `myHostname`, `localhost` and `localhost` in the mail domain.
   */
  readonly myDestination?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Where mail for the relay's own accounts goes: account to address, or to several separated by commas (Postfix
   * `alias_maps`). Default: `postmaster` goes to `root`, which RFC 5321 4.5.1 demands, and root's mail stays on the relay;
   * give `root` to receive it.
   */
  readonly aliases?: pulumi.Input<Record<string, pulumi.Input<string>>>;

  /** The ports the relay listens on. Default: 25 and 587. */
  readonly listeners?: ListenersArgs;

  /** How much clients may ask: sizes, rates, wrong passwords. Default: see there. */
  readonly limits?: pulumi.Input<LimitsArgs>;

  /**
   * Leave the client's name and address out of the `Received` line of mail that came with a login: recipients need not
   * know what people's networks look like from inside. The relay's own log keeps them. Default: true.
   */
  readonly hideClients?: pulumi.Input<boolean>;

  /**
   * Which addresses a login's mail may name in From, Sender, Resent-From and Resent-Sender. With `own` those that the
   * login may send as, see `allowedSenders`, and exactly one From header; other mail is refused with 553, also with the
   * null sender. Clients in `myNetworks` that do not log in name any. Default: own with `dkim`, which takes nothing else,
   * otherwise any.
   */
  readonly headerFrom?: pulumi.Input<HeaderFrom>;

  /** The server people read their mail on, for the output `autoconfig`. Default: none. */
  readonly mailboxes?: pulumi.Input<MailboxesArgs>;
  /** The certificate for clients. Default: a self-signed one, made on the host. */
  readonly tls?: pulumi.Input<TlsArgs>;

  /** The SASL side of logins. Default: PLAIN and LOGIN under TLS. */
  readonly sasl?: pulumi.Input<SaslArgs>;

  /**
   * Further main.cf parameters, name to value, checked against those the host's own Postfix knows. Parameters the
   * component sets itself are refused. A value cannot hold a `#`: Postfix would take a comment as part of it.
   */
  readonly postfixParameters?: pulumi.Input<Record<string, pulumi.Input<string>>>;

  /**
   * Look at the host in every `up`, and repair what was changed there by hand: configuration, users, modes, services.
   * Takes an SSH connection each time, and previews show all steps as updates. Plain value. Default: false, so that an
   * `up` without changes touches nothing.
   */
  readonly driftCheck?: boolean;

  /**
   * Install security updates every day, Postfix's among them (package unattended-upgrades); never reboots. An update of
   * Postfix restarts it with the configuration that is live. Taken back from true to false it also ends the upgrades the
   * distribution would make by itself. Default: true for a droplet, false for a given host.
   */
  readonly unattendedUpgrades?: pulumi.Input<boolean>;

  /**
   * Write metrics for Prometheus once a minute, where Debian's node_exporter collects them from
   * (/var/lib/prometheus/node-exporter/mail_relay.prom). No port is opened. Default: false.
   */
  readonly metrics?: pulumi.Input<boolean>;

  /** Who is told, and when, that something goes wrong with the relay. Default: nobody. */
  readonly alerts?: pulumi.Input<AlertsArgs>;

  /**
   * How many days the host's journal is kept, the mail log with its addresses included: a whole number, at most 3650. 0 leaves
   * the host's journal as it is. Default: 30 on a droplet, 0 on a server that already exists.
   */
  readonly logDays?: pulumi.Input<number>;
  /** Sign outgoing mail with DKIM, by a signer of the relay's own (Rspamd). `{}` takes all defaults. Default: unsigned. */
  readonly dkim?: DkimArgs;

  /**
   * Create the records of the output `dnsRecords` in DigitalOcean's DNS, where the domain must exist, all but the reverse
   * record and those `dns.policies` speaks of. Plain value. Default: false.
   */
  readonly manageDns?: boolean;

  /** Details of the output `dnsRecords` and of `manageDns`. */
  readonly dns?: DnsArgs;

  /**
   * Block lists (zones as in RFC 5782) the relay's address is looked up in, for a warning in the output `proof`, when it
   * delivers by itself. Default: `zen.spamhaus.org` and `bl.spamcop.net`; some lists refuse resolvers that many share.
   */
  readonly blockLists?: pulumi.Input<pulumi.Input<string>[]>;

  /** The smart host that takes all outgoing mail (Postfix `relayhost`). Default: none, delivery by MX. */
  readonly relayHost?: RelayHostArgs;

  /** Other smart hosts for some senders; they come before `relayHost`. Default: none. */
  readonly relayRoutes?: pulumi.Input<pulumi.Input<RelayRouteArgs>[]>;

  /** Other next hops for some destinations; they come before `relayRoutes`. Default: none. */
  readonly transports?: pulumi.Input<pulumi.Input<TransportArgs>[]>;

  /**
   * Says that mail shall leave by MX, on port 25, instead of through a smart host. DigitalOcean blocks that port on
   * most accounts, so a droplet with neither this nor `relayHost` is warned about. Default: false.
   */
  readonly directDelivery?: pulumi.Input<boolean>;

  /**
   * Whether a deploy tries the next hops from the host before it relies on them: name, port, TLS, certificate, login and
   * sender, but never a message. One that has passed is not tried again until it changes. Default: `require` for smart
   * hosts, whose mistakes would otherwise show as waiting mail days later, and `warn` for delivery by MX, where every
   * receiver has its own rules. Use `warn` to deploy while a smart host is down.
   */
  readonly preflight?: pulumi.Input<Preflight>;

  /**
   * IP versions for clients and next hops (Postfix `inet_protocols`). With `all`, receivers also judge the host by its
   * IPv6 address, which needs a PTR record and a reputation of its own. A droplet needs `droplet.ipv6` for it, and
   * DigitalOcean blocks SMTP over IPv6. A change restarts Postfix. Default: `ipv4`.
   */
  readonly inetProtocols?: pulumi.Input<InetProtocols>;

  /**
   * Resolve the host's names with a validating resolver of its own (Unbound on 127.0.0.1) for as long as it runs; without
   * a smart host, mail is then delivered with DANE. Default: the host asks whom it is set up to ask.
   */
  readonly resolver?: pulumi.Input<ResolverArgs>;

  /** How mail is handed to next hops. */
  readonly delivery?: pulumi.Input<DeliveryArgs>;

  /** Address that gets a copy of every message (Postfix `always_bcc`). Default: none. */
  readonly alwaysBcc?: pulumi.Input<string>;

  /** Addresses that are written as others. */
  readonly rewriting?: pulumi.Input<RewritingArgs>;

  /** Looks at headers, in their order. Default: none. */
  readonly headerChecks?: pulumi.Input<pulumi.Input<HeaderCheckArgs>[]>;

  /** Create an Ubuntu droplet on DigitalOcean for the relay. Exactly one of `droplet` and `host`. */
  readonly droplet?: DropletArgs;

  /** Use an Ubuntu or Debian server that already exists. Exactly one of `droplet` and `host`. */
  readonly host?: HostArgs;
}
