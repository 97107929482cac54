/** The shapes of the component's outputs. */

/** A port clients can use, as the output `endpoints` lists them. */
export interface Endpoint {
  /** TCP port. */
  readonly port: number;
  /** How TLS starts: `starttls` or `implicit`. */
  readonly tls: string;
  /** Whether a login is required; otherwise only `myNetworks` relays here. */
  readonly auth: boolean;
}

/** How one client reaches the relay, as the output `clientSettings` lists it. */
export interface ClientServer {
  /** Host name, also the name in the certificate. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** How TLS starts, which it always does: `implicit` or `starttls`. */
  readonly tls: string;
  /** SASL mechanisms the relay offers. */
  readonly authentication: string[];
  /** The name to log in with; the password is in the output `logins`. */
  readonly userName: string;
}

/** A DNS record the relay needs, for any provider. */
export interface DnsRecord {
  /** Fully qualified, without a final dot. */
  readonly name: string;
  /** `A`, `PTR`, `MX`, `TXT`, `SRV` or `CNAME`. */
  readonly type: string;
  /** As in a zone file, names with a final dot; a TXT record's text without quotes and in one piece. */
  readonly value: string;
  /** Time to live, in seconds. */
  readonly ttl: number;
  /** What it is good for, and what to mind. */
  readonly why: string;
}

/** What the install step found on the host. */
export interface HostFacts {
  /** Distribution and version from os-release. Example: `ubuntu 24.04`. */
  readonly release: string;
  /** Postfix's `mail_version`. */
  readonly postfixVersion: string;
  /** How the package copies files into the chroot: `configure-instance`, `chroot_extra_files` or `syncfiles`. */
  readonly chrootMechanism: string;
  /** SASL mechanisms whose plugins are installed. */
  readonly mechanisms: string[];
  /** Those of the parameters whose default or existence depends on the release that this Postfix knows. */
  readonly parameters: string[];
}

/** What the last deploy proved, as the output `proof` shows it. */
export interface Proof {
  /** The dialogues that went as they must, each as a sentence. */
  readonly passed: string[];
  /** The dialogues that could not be held on this host, and why. */
  readonly skipped: Record<string, string>;
  /** What did not fail the deploy but wants looking after, each with advice: how receivers see the address. */
  readonly warnings: string[];
  /** The block lists that were asked about the host's address; none behind a smart host. */
  readonly blockLists: string[];
  /** The certificate the relay served. */
  readonly certificate?: ServedCertificate;
}

/** A certificate as a client met it. */
export interface ServedCertificate {
  /** When it ends. */
  readonly notAfter: string;
  /** Whole days from the proof until then. */
  readonly daysLeft: number;
  /** Who signed it; for a self-signed one the relay itself. Example: `CN=R11,O=Let's Encrypt,C=US`. */
  readonly issuer: string;
  /** Whether a client that knows the usual authorities accepts it for the relay's name. */
  readonly trusted: boolean;
  /** SHA-256 fingerprint, in hexadecimal with colons. */
  readonly sha256: string;
}

/** How to reach the relay's host over SSH with the rights of a deploy. */
export interface SshAccess {
  /** Address or name. */
  readonly host: string;
  /** TCP port of sshd. */
  readonly port: number;
  /** root, or somebody who may use sudo without a password. */
  readonly user: string;
  /** The deploy key. Secret. */
  readonly privateKey: string;
  /** The public key the host must show, as one line: type and key. */
  readonly hostKey: string;
}
