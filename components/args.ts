import * as pulumi from "@pulumi/pulumi";
import { AlertsArgs } from "./args/alerts";
import { DropletArgs } from "./args/droplet";
import { HostArgs } from "./args/host";
import { ListenersArgs } from "./args/listeners";
import { RelayHostArgs } from "./args/relayHost";
import { SaslArgs } from "./args/sasl";
import { TlsArgs } from "./args/tls";
import { UserArgs } from "./args/users";

export * from "./args/alerts";
export * from "./args/droplet";
export * from "./args/host";
export * from "./args/listeners";
export * from "./args/relayHost";
export * from "./args/sasl";
export * from "./args/tls";
export * from "./args/users";

/** Everything a `MailRelay` can be told. Only `myHostname` and one of `droplet` and `host` are required. */
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
   * Who may log in and relay. Which users exist is decided before anything runs, so this list and its logins are plain
   * values. Default: nobody; then `myNetworks` must name who may send.
   */
  readonly users?: UserArgs[];

  /**
   * Leave entries of the user database alone that no deploy of this relay made. Plain value. Default: false, they are
   * removed; true where `sasl.database` is shared with other programs.
   */
  readonly keepUnmanagedUsers?: boolean;

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
   * Where mail for the relay's own accounts goes: account to address (Postfix `alias_maps`). Default: `postmaster` goes
   * to `root`, which RFC 5321 4.5.1 demands, and root's mail stays on the relay; give `root` to receive it.
   */
  readonly aliases?: pulumi.Input<Record<string, pulumi.Input<string>>>;

  /** The ports the relay listens on. Default: 25 and 587. */
  readonly listeners?: ListenersArgs;

  /** The certificate for clients. Default: a self-signed one, made on the host. */
  readonly tls?: TlsArgs;

  /** The SASL side of logins. Default: PLAIN and LOGIN under TLS. */
  readonly sasl?: SaslArgs;

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
   * Write metrics for Prometheus once a minute, where Debian's node_exporter collects them from
   * (/var/lib/prometheus/node-exporter/mail_relay.prom). No port is opened. Plain value. Default: false.
   */
  readonly metrics?: boolean;

  /** Who is told, and when, that something goes wrong with the relay. Default: nobody. */
  readonly alerts?: AlertsArgs;

  /** The smart host that takes all outgoing mail (Postfix `relayhost`). Default: none, delivery by MX. */
  readonly relayHost?: RelayHostArgs;

  /** Create an Ubuntu droplet on DigitalOcean for the relay. Exactly one of `droplet` and `host`. */
  readonly droplet?: DropletArgs;

  /** Use an Ubuntu or Debian server that already exists. Exactly one of `droplet` and `host`. */
  readonly host?: HostArgs;
}
