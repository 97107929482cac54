import * as pulumi from "@pulumi/pulumi";

/** The droplet to create. */
export interface DropletArgs {
  /** DigitalOcean region slug. Changing it replaces the droplet, see `drainSeconds`. Example: `fra1`. */
  readonly region: pulumi.Input<string>;

  /**
   * CIDR ranges SSH is allowed from; must include the machine that runs Pulumi. Everybody else is dropped by the
   * firewall. Example: `["192.0.2.10/32"]`.
   */
  readonly sshSources: pulumi.Input<pulumi.Input<string>[]>;

  /** Size slug. Changing it resizes in place, with a power cycle. Default: `s-1vcpu-1gb`. */
  readonly size?: pulumi.Input<string>;

  /** Image slug, Ubuntu or Debian. Changing it replaces the droplet, see `drainSeconds`. Default: `ubuntu-24-04-x64`. */
  readonly image?: pulumi.Input<string>;

  /**
   * Give clients a reserved address, which stays the same when the droplet is replaced: the output `address` is then that
   * one. Mail still leaves from the droplet's own address. Only that one has a reverse record, so without `relayHost` the
   * relay's name needs an A record for both, as the output `dnsRecords` says. Plain value. Default: false.
   */
  readonly reservedIp?: boolean;

  /** Have DigitalOcean make backups of the droplet, which costs extra. Default: false. */
  readonly backups?: pulumi.Input<boolean>;

  /**
   * Give the droplet a public IPv6 address, the output `ipv6Address`. Mail uses it only with `inetProtocols: all`, and
   * DigitalOcean blocks SMTP over IPv6, so that it serves SSH (`sshSources`) and clients on port 2525
   * (`listeners.alternate`). Switched on for a droplet that exists, the address is there, but the system does not use it
   * until its network is set up by hand (see DigitalOcean's "How to Enable IPv6"). Switched off, it replaces the droplet, see
   * `drainSeconds`. Default: false.
   */
  readonly ipv6?: pulumi.Input<boolean>;

  /** The VPC network the droplet is in. Changing it replaces the droplet, see `drainSeconds`. Default: the region's own. */
  readonly vpcUuid?: pulumi.Input<string>;

  /** Id of the DigitalOcean project the droplet is shown in. Default: the account's default project. */
  readonly project?: pulumi.Input<string>;

  /** Tags of the droplet. Default: none. */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * How long a droplet that is replaced or destroyed may take to deliver what waits in its queue, in seconds: a whole
   * number up to 1200; a change counts from the next `up` on. Messages that are left after that fail the deploy, and the droplet stays. 0 gives the queue up.
   * Default: 600.
   */
  readonly drainSeconds?: pulumi.Input<number>;

  /**
   * Mails from DigitalOcean about the droplet: disk or memory nearly full, or no answer to a ping from its uptime check.
   * That check knows no SMTP; what the relay itself has to say is in `MailRelayArgs.alerts`. Plain value, except for
   * what is in it. Default: none.
   */
  readonly alerts?: DropletAlertsArgs;

  /**
   * A key that is already in your DigitalOcean account. A droplet gets its key when it is created, so that another
   * fingerprint or id replaces it, see `drainSeconds`. Default: a deploy key is generated and registered.
   */
  readonly sshKey?: SshKeyArgs;
}

/** Whom DigitalOcean tells about the droplet, and from when on. */
export interface DropletAlertsArgs {
  /** Addresses of members of the DigitalOcean team; others get no mail. */
  readonly emails: pulumi.Input<pulumi.Input<string>[]>;

  /** Used share of the disk from which on it is an alert, in percent. Default: 85. */
  readonly diskPercent?: pulumi.Input<number>;

  /** Used share of the memory from which on it is an alert, in percent. Default: 90. */
  readonly memoryPercent?: pulumi.Input<number>;
}

/** An SSH key of your own for the droplet. */
export interface SshKeyArgs {
  /** Fingerprint or id under which DigitalOcean knows the public key. */
  readonly fingerprint: pulumi.Input<string>;

  /** The private key in OpenSSH or PEM form, without passphrase. Secret. */
  readonly privateKey: pulumi.Input<string>;
}
