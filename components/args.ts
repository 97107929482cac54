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
   * The password, secret: up to 256 characters of any script, without control characters. It is stored and compared
   * exactly as given: clients must send the same Unicode form, composed or decomposed. Default: 32 random letters and
   * digits, readable in the secret output `logins`.
   */
  readonly password?: pulumi.Input<string>;

  /**
   * The password before the present one, secret: accepted beside it until `previousPasswordUntil`, by PLAIN and LOGIN
   * alone, so that clients can change over one by one. Default: only `password` is accepted.
   */
  readonly previousPassword?: pulumi.Input<string>;

  /**
   * The last day, in UTC, on which `previousPassword` is accepted; the first `up` after it takes the password away.
   * Required with `previousPassword`. Plain value. Example: `2026-12-31`.
   */
  readonly previousPasswordUntil?: string;

  /**
   * Sender addresses this login may use: whole addresses, `@domain` for all of a domain, or `any`. Any other sender is
   * refused with 553. Default: the login at `myDomain`.
   */
  readonly allowedSenders?: string[];
}

/** Which ports listen; each has its own restrictions. Plain values. */
export interface ListenersArgs {
  /** 25 (master.cf `smtp`): clients in `myNetworks` relay, nobody logs in, strangers reach only the host's own accounts. Default: true. */
  readonly smtp?: boolean;
  /** 587 (`submission`, RFC 6409): STARTTLS and a login are mandatory. Default: true. */
  readonly submission?: boolean;
  /** 465 (`submissions`, RFC 8314): TLS from the first byte, a login is mandatory. Default: false. */
  readonly submissions?: boolean;
  /** 2525, the same as submission: for clients in clouds that block 465 and 587, DigitalOcean's own droplets among them. Default: false. */
  readonly alternate?: boolean;
}

/** A SASL mechanism clients may log in with. */
export enum Mechanism {
  Plain = "PLAIN",
  Login = "LOGIN",
  CramMd5 = "CRAM-MD5",
  DigestMd5 = "DIGEST-MD5",
  Ntlm = "NTLM",
}

/** The name of the SASL configuration file below /etc/postfix/sasl (Postfix `smtpd_sasl_path`). */
export enum SaslPath {
  Smtpd = "smtpd",
  Cyrus = "cyrus",
}

/** Who compares a password with the stored one. */
export enum PasswordCheck {
  /** smtpd itself, which reads the user database. */
  Auxprop = "auxprop",
  /** The daemon saslauthd, which smtpd asks through a socket in its chroot. */
  Saslauthd = "saslauthd",
}

/** Where the user database is. */
export enum SaslDatabase {
  /** Only inside Postfix's chroot. */
  ChrootOnly = "chrootOnly",
  /** /etc/sasldb2, for other programs too; the distribution's own mechanism copies it into the chroot. */
  Shared = "shared",
}

/** How logins work. */
export interface SaslArgs {
  /** Name of the SASL configuration file. Default: `smtpd`. */
  readonly path?: SaslPath;
  /**
   * Realm of the logins (Postfix `smtpd_sasl_local_domain`); clients may log in bare or with `@realm`. Empty: Postfix
   * passes none and SASL takes `myHostname`. Default: `myDomain`.
   */
  readonly realm?: pulumi.Input<string>;
  /**
   * Mechanisms offered. CRAM-MD5, DIGEST-MD5 and NTLM are old and only for clients that know nothing else; NTLM needs a
   * release that still ships it. One of PLAIN, LOGIN and CRAM-MD5 is needed, because the deploy proves itself with it.
   * Default: PLAIN and LOGIN.
   */
  readonly mechanisms?: Mechanism[];
  /** Also announce AUTH in the form of an old draft (Postfix `broken_sasl_auth_clients`). Default: false. */
  readonly brokenClients?: boolean;
  /**
   * Who checks passwords (SASL `pwcheck_method`). With saslauthd the user database is /etc/sasldb2, and only PLAIN and
   * LOGIN work. Plain value. Default: auxprop.
   */
  readonly passwordCheck?: PasswordCheck;
  /** Processes of saslauthd (its option -n), 1 to 100. Default: 5. */
  readonly threads?: pulumi.Input<number>;
  /** Where the user database is. Plain value. Default: only inside the chroot, or /etc/sasldb2 for saslauthd. */
  readonly database?: SaslDatabase;
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

  /** Tags of the droplet. Default: none. */
  readonly tags?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * How long a droplet that is replaced or destroyed may take to deliver what waits in its queue, in seconds: a whole
   * number up to 1200; a change counts from the next `up` on. Messages that are left after that fail the deploy, and the droplet stays. 0 gives the queue up.
   * Default: 600.
   */
  readonly drainSeconds?: pulumi.Input<number>;

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
