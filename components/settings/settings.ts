/**
 * The plain shapes settings work on: `RelayInput` is `MailRelayArgs` with every Output resolved and every secret left
 * out, `RelaySettings` is the same with nothing left open.
 */

export interface RelayInput {
  myHostname?: string;
  myDomain?: string;
  users?: UserInput[];
  keepUnmanagedUsers?: boolean;
  myNetworks?: string[];
  myDestination?: string[];
  aliases?: Record<string, string>;
  listeners?: { smtp?: boolean; submission?: boolean; submissions?: boolean; alternate?: boolean };
  sasl?: {
    path?: string;
    realm?: string;
    mechanisms?: string[];
    brokenClients?: boolean;
    passwordCheck?: string;
    threads?: number;
    database?: string;
  };
  tls?: TlsInput;
  postfixParameters?: Record<string, string>;
  metrics?: boolean;
  alerts?: { mail?: string; deferredAge?: number; loginFailures?: number; certificateShare?: number };
  relayHost?: { host?: string; port?: number; login?: string };
  droplet?: {
    region?: string;
    sshSources?: string[];
    size?: string;
    image?: string;
    tags?: string[];
    drainSeconds?: number;
    sshKey?: { fingerprint?: string };
  };
  host?: { address?: string; hostKey?: string; user?: string; port?: number };
}

/** Of the certificate and its key only whether they were given; both are checked apart, because they are one thing. */
export interface TlsInput {
  certificate?: boolean;
  privateKey?: boolean;
  acme?: { email?: string; staging?: boolean; directoryUrl?: string; caCertificate?: string; required?: boolean };
}

export interface UserInput {
  login: string;
  previousPasswordUntil?: string;
  allowedSenders?: string[];
}

/** The secrets that belong to a `RelayInput`, kept apart so that nothing else has to become secret. */
export interface RelaySecrets {
  /** In the order of `users`; undefined where a password is generated. */
  passwords: (string | undefined)[];
  /** In the order of `users`; undefined where there is none. */
  previousPasswords?: (string | undefined)[];
  relayHostPassword?: string;
  alertWebhook?: string;
  certificate?: SuppliedCertificate;
}

/** A certificate chain with its key, as PEM, and the name it must be for. */
export interface SuppliedCertificate {
  certificate?: string;
  privateKey?: string;
  hostname?: string;
}

/** When to alert, and by mail to whom; a webhook is a secret and kept apart. */
export interface AlertSettings {
  mail?: string;
  /** Seconds. */
  deferredAge: number;
  loginFailures: number;
  certificateShare: number;
}

export interface RelayHostSettings {
  host: string;
  port: number;
  login?: string;
}

export interface DropletSettings {
  region: string;
  sshSources: string[];
  size: string;
  image: string;
  tags: string[];
  drainSeconds: number;
}

/** The listeners by their master.cf names; `alternate` is submission on 2525. */
export type ListenerName = "smtp" | "submission" | "submissions" | "alternate";

export interface UserSettings {
  login: string;
  /** Whether the previous password is still accepted; `none` for a user without one. */
  overlap: "none" | "open" | "ended";
  allowedSenders: string[];
}

/** Where the users are kept: in the chroot alone, in /etc/sasldb2 with a copy in the chroot, or asked of saslauthd. */
export type UserStore = "chrootOnly" | "shared" | "saslauthd";

export interface SaslSettings {
  path: string;
  mechanisms: string[];
  brokenClients: boolean;
  store: UserStore;
  /** Processes of saslauthd, where that is the store. */
  threads: number;
  /** Postfix `smtpd_sasl_local_domain`. */
  localDomain: string;
  /** Realm of every login in sasldb: the local domain, or what SASL takes when that is empty. */
  realm: string;
}

/** Where the certificate comes from. */
export interface TlsSettings {
  source: "self-signed" | "supplied" | "acme";
  acme?: AcmeSettings;
}

export interface AcmeSettings {
  email?: string;
  directoryUrl: string;
  caCertificate?: string;
  required: boolean;
}

export interface RelaySettings {
  myHostname: string;
  myDomain: string;
  aliases: Record<string, string>;
  listeners: ListenerName[];
  sasl: SaslSettings;
  tls: TlsSettings;
  postfixParameters: Record<string, string>;
  myDestination: string[];
  myNetworks: string[];
  users: UserSettings[];
  keepUnmanagedUsers: boolean;
  metrics: boolean;
  alerts?: AlertSettings;
  relayHost?: RelayHostSettings;
  droplet?: DropletSettings;
}
