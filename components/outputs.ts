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
  /** The certificate the relay served. */
  readonly certificate?: ServedCertificate;
}

/** A certificate as a client met it. */
export interface ServedCertificate {
  /** When it ends. */
  readonly notAfter: string;
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
