import type { HeaderFromSettings } from "./headerFrom";
import type { NameSettings } from "./names";
import type { OutgoingSettings } from "./outgoing";

export type { LimitsInput, RelayInput, TlsInput } from "./input";
export type { RelayHostSettings } from "./outgoing";
export type { RelaySecrets } from "./secrets";

/** The plain shape everything is rendered from: the arguments with nothing left open, and without secrets. */

/** What a client may ask; 0 is no limit. */
export interface LimitSettings {
  /** Bytes. */
  messageSize: number;
  recipients: number;
  recipientsPerHour: number;
  connections: number;
  connectionsPerMinute: number;
  authPerMinute: number;
  /** In Postfix's notation. */
  exempt: string[];
  /** In Postfix's notation. */
  noStartTls: string[];
  /** In Postfix's notation. */
  bareNewline: string[];
  ban?: BanSettings;
}

export interface BanSettings {
  failures: number;
  withinMinutes: number;
  banMinutes: number;
}

interface MailboxesSettings {
  host: string;
  port: number;
  userName: string;
}

/** A certificate chain with its key, as PEM, and the name it must be for. */
export interface SuppliedCertificate {
  certificate?: string;
  privateKey?: string;
  hostname?: string;
}

/** When to alert, and by mail to whom; a webhook is a secret and kept apart. */
interface AlertSettings {
  mail?: string;
  /** Seconds. */
  deferredAge: number;
  loginFailures: number;
  certificateShare: number;
}

/** What is signed, and the names of the keys, the one that signs first. */
export interface DkimSettings {
  domains: string[];
  selectors: string[];
}

/** The resolver on the host: whom it asks, none for the authoritative servers, and whom it believes without DNSSEC. */
export interface ResolverSettings {
  forwarders: string[];
  insecureDomains: string[];
}

export interface DnsSettings {
  zone: string;
  policies: boolean;
  autoconfigHost?: string;
  /** Seconds. */
  ttl: number;
}

export interface DropletSettings {
  region: string;
  sshSources: string[];
  size: string;
  image: string;
  tags: string[];
  backups: boolean;
  ipv6: boolean;
  vpcUuid?: string;
  drainSeconds: number;
  alerts?: DropletAlertSettings;
}

/** Whom DigitalOcean mails about the droplet, and from which used shares on, in percent. */
export interface DropletAlertSettings {
  emails: string[];
  diskPercent: number;
  memoryPercent: number;
}

/** The listeners by their master.cf names; `alternate` is submission on 2525. */
export type ListenerName = "smtp" | "submission" | "submissions" | "alternate";

export interface UserSettings {
  login: string;
  /** Whether the previous password is still accepted; `none` for a user without one. */
  overlap: "none" | "open" | "ended";
  allowedSenders: string[];
  /** 0 is no limit. */
  recipientsPerHour: number;
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
  /** Other realms under which every login is known. */
  alsoRealms: string[];
}

/** Where the certificate comes from. */
export interface TlsSettings {
  source: "self-signed" | "supplied" | "acme";
  /** Whether clients with a login may negotiate RSA by TLS 1.2; a supplied certificate may be of no other kind. */
  rsaForLogins: boolean;
  acme?: AcmeSettings;
}

interface AcmeSettings {
  email?: string;
  directoryUrl: string;
  caCertificate?: string;
  /** How the relay proves to the authority that the name is its own (RFC 8555). */
  challenge: "http-01" | "dns-01";
  required: boolean;
}

export interface RelaySettings extends NameSettings, OutgoingSettings, HeaderFromSettings {
  listeners: ListenerName[];
  sasl: SaslSettings;
  tls: TlsSettings;
  postfixParameters: Record<string, string>;
  limits: LimitSettings;
  hideClients: boolean;
  mailboxes?: MailboxesSettings;
  myNetworks: string[];
  users: UserSettings[];
  keepUnmanagedUsers: boolean;
  unattendedUpgrades: boolean;
  metrics: boolean;
  alerts?: AlertSettings;
  /** 0: the journal is left as it is. */
  logDays: number;
  dkim?: DkimSettings;
  dns: DnsSettings;
  blockLists: string[];
  resolver?: ResolverSettings;
  droplet?: DropletSettings;
}
