import * as pulumi from "@pulumi/pulumi";

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
   * Client addresses that relay without a login on port 25 (Postfix `mynetworks`): IPv4 or IPv6 addresses or ranges in
   * CIDR form. Loopback is always included. Default: loopback only. Keep it small: these clients are exempt from
   * Postfix's rate limits.
   */
  readonly myNetworks?: pulumi.Input<pulumi.Input<string>[]>;

  /** The smart host that takes all outgoing mail (Postfix `relayhost`). Default: none, delivery by MX. */
  readonly relayHost?: RelayHostArgs;

  /** Create an Ubuntu droplet on DigitalOcean for the relay. Exactly one of `droplet` and `host`. */
  readonly droplet?: DropletArgs;

  /** Use an Ubuntu or Debian server that already exists. Exactly one of `droplet` and `host`. */
  readonly host?: HostArgs;
}

/** One login. */
export interface UserArgs {
  /** The name the client authenticates with, without realm. Plain value. Example: `printer`. */
  readonly login: string;

  /**
   * The password, secret: up to 256 characters without control characters. Default: 32 random letters and digits,
   * readable in the secret output `logins`.
   */
  readonly password?: pulumi.Input<string>;
}

/** The next hop for outgoing mail. */
export interface RelayHostArgs {
  /** Host name or address; no MX lookup is made for it (Postfix `[host]`). */
  readonly host: pulumi.Input<string>;

  /** TCP port. Default: 2525, because DigitalOcean blocks 25, 465 and 587 on their way out. */
  readonly port?: pulumi.Input<number>;

  /** The login at the smart host; with it TLS becomes mandatory. Default: no login. Needs `password`. */
  readonly login?: pulumi.Input<string>;

  /** The password of `login`, secret. */
  readonly password?: pulumi.Input<string>;
}

/** The droplet to create. */
export interface DropletArgs {
  /** DigitalOcean region slug. Changing it replaces the droplet. Example: `fra1`. */
  readonly region: pulumi.Input<string>;

  /**
   * CIDR ranges SSH is allowed from; must include the machine that runs Pulumi. Everybody else is dropped by the
   * firewall. Example: `["192.0.2.10/32"]`.
   */
  readonly sshSources: pulumi.Input<pulumi.Input<string>[]>;

  /** Size slug. Changing it resizes in place, with a power cycle. Default: `s-1vcpu-1gb`. */
  readonly size?: pulumi.Input<string>;

  /** Image slug, Ubuntu or Debian. Changing it replaces the droplet. Default: `ubuntu-24-04-x64`. */
  readonly image?: pulumi.Input<string>;

  /** Tags of the droplet. Default: none. */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;

  /** A key that is already in your DigitalOcean account. Default: a deploy key is generated and registered. */
  readonly sshKey?: SshKeyArgs;
}

/** An SSH key of your own for the droplet. */
export interface SshKeyArgs {
  /** Fingerprint or id under which DigitalOcean knows the public key. */
  readonly fingerprint: pulumi.Input<string>;

  /** The private key in OpenSSH or PEM form, without passphrase. Secret. */
  readonly privateKey: pulumi.Input<string>;
}

/** A server that already exists. */
export interface HostArgs {
  /** IPv4 address or name to connect to. */
  readonly address: pulumi.Input<string>;

  /**
   * The server's public ED25519 host key in one line, as `ssh-keyscan -t ed25519` prints it after the name:
   * `ssh-ed25519 AAAA...`. Connections are never made without it.
   */
  readonly hostKey: pulumi.Input<string>;

  /** Private key of `user` in OpenSSH or PEM form, without passphrase. Secret. */
  readonly privateKey: pulumi.Input<string>;

  /** SSH user: root, or a user with password-less sudo. Default: `root`. */
  readonly user?: pulumi.Input<string>;

  /** SSH port. Default: 22. */
  readonly port?: pulumi.Input<number>;
}

/** A port clients can use, as the output `endpoints` lists them. */
export interface Endpoint {
  /** TCP port. */
  readonly port: number;
  /** How TLS starts: `starttls` or `implicit`. */
  readonly tls: string;
  /** Whether a login is required; otherwise only `myNetworks` relays here. */
  readonly auth: boolean;
}

/** What the install step found on the host. */
export interface HostFacts {
  /** Distribution and version from os-release. Example: `ubuntu 24.04`. */
  readonly release: string;
  /** Postfix's `mail_version`. */
  readonly postfixVersion: string;
  /** How the package copies files into the chroot: `configure-instance`, `chroot_extra_files` or `syncfiles`. */
  readonly chrootMechanism: string;
  /** Those of the parameters whose default or existence depends on the release that this Postfix knows. */
  readonly parameters: string[];
}
