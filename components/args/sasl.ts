import * as pulumi from "@pulumi/pulumi";

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
  readonly path?: pulumi.Input<SaslPath>;
  /**
   * Realm of the logins (Postfix `smtpd_sasl_local_domain`); clients may log in bare or with `@realm`. Empty: Postfix
   * passes none and SASL takes `myHostname`. Default: `myDomain`.
   */
  readonly realm?: pulumi.Input<string>;
  /**
   * Further realms that a client may put behind a login, for devices that log in as `alice@relay.example.com` and cannot
   * be told otherwise. It is the same login, with the same password, senders and limits. Default: none.
   */
  readonly alsoRealms?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Mechanisms offered. CRAM-MD5, DIGEST-MD5 and NTLM are old and only for clients that know nothing else; NTLM needs a
   * release that still ships it. One of PLAIN, LOGIN and CRAM-MD5 is needed, because the deploy proves itself with it.
   * Default: PLAIN and LOGIN.
   */
  readonly mechanisms?: pulumi.Input<pulumi.Input<Mechanism>[]>;
  /** Also announce AUTH in the form of an old draft (Postfix `broken_sasl_auth_clients`). Default: false. */
  readonly brokenClients?: pulumi.Input<boolean>;
  /**
   * Who checks passwords (SASL `pwcheck_method`). With saslauthd the user database is /etc/sasldb2, and only PLAIN and
   * LOGIN work. Default: auxprop.
   */
  readonly passwordCheck?: pulumi.Input<PasswordCheck>;
  /** Processes of saslauthd (its option -n), 1 to 100. Default: 5. */
  readonly threads?: pulumi.Input<number>;
  /** Where the user database is. Default: only inside the chroot, or /etc/sasldb2 for saslauthd. */
  readonly database?: pulumi.Input<SaslDatabase>;
}
