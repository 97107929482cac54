import type { Host } from "./ssh";
import type { AccountsSeen, ExposureSeen, HandmadeSeen, NetworkSeen, PackagesSeen } from "./surroundings";

/** What the scripts in `cli/host` see of one side of a relay; times are seconds since 1970. */
export interface Parts {
  services: { units: Unit[]; listeners: ListenerSeen[]; frozen: string[] };
  certificate: CertificateSeen;
  machine: MachineSeen;
  queueSizes: { queues: Record<string, QueueSize>; problem: string | null };
  sasl: SaslSeen;
  postfixCheck: { complaints: string[] };
  deploy: DeploySeen;
  drift: DriftSeen;
  complaints: { complaints: Complaint[]; more: number };
  egress: EgressSeen;
  relaying: { answers: Answer[] };
  exposure: ExposureSeen;
  handmade: HandmadeSeen;
  accounts: AccountsSeen;
  packages: PackagesSeen;
  network: NetworkSeen;
}

export interface Unit {
  unit: string;
  /** As `systemctl is-enabled` says it; `gone` when there is no such unit. */
  enabled: string;
  runs: boolean;
}

export interface ListenerSeen {
  service: string;
  port: number;
  tls: "starttls" | "implicit";
  /** Whether master.cf has it take logins. */
  auth: boolean;
  greets: boolean;
  /** Where the dialogue ended too early; null when it did not. */
  problem: string | null;
  /** Whether it offers AUTH before TLS. */
  plainAuth: boolean;
  mechanisms: string[];
  /** SHA-256 of the certificate it served, in hexadecimal. */
  served: string | null;
  /** The reply to a login from the user database; null where none was tried. */
  login: string | null;
}

export interface CertificateSeen {
  path: string;
  hostname: string;
  now: number;
  problem: string | null;
  begins?: number;
  ends?: number;
  names?: string[];
  nameMatches?: boolean;
  keyMatches?: boolean;
  selfSigned?: boolean;
  /** The certificate itself, without its key. */
  pem?: string;
  sha256?: string;
}

export interface MachineSeen {
  hostname: string;
  domain: string;
  protocols: string;
  version: string;
  fileSystems: FileSystem[];
  messageLimit: number;
  clock: { now: number; container: boolean; synchronized: boolean };
  upgrades: { packages: number; security: number } | null;
  rebootRequired: boolean;
}

export interface FileSystem {
  path: string;
  bytes: number;
  bytesFree: number;
  /** Null on file systems that count none. */
  inodes: number | null;
  inodesFree: number | null;
}

interface QueueSize {
  messages: number;
  oldestSeconds: number | null;
}

export interface SaslSeen {
  /** Path of the SASL configuration file. */
  conf: string;
  /** `pwcheck_method`; null when there is no such file. */
  method: string | null;
  mechanisms: string[];
  database: string | null;
  facts: null | {
    mode: string;
    owner: string;
    readable: boolean;
    exposed: boolean;
    /** Null when it cannot be read as a database. */
    entries: number | null;
  };
}

export interface DeploySeen {
  generation: string | null;
  deployed: number | null;
  usersChanged: number | null;
  proof: null | { time: number; result: null | ProofSeen };
  atWork: boolean;
  halfWay: boolean;
}

interface ProofSeen {
  passed: string[];
  skipped: Record<string, string>;
  /** The block lists that the proof asked; absent in the record of an earlier version. */
  blockLists?: string[];
}

export interface DriftSeen {
  deployed: boolean;
  differences: Difference[];
}

export interface Difference {
  /** A file, a systemd unit where the aspect is `service`, or a port. */
  path: string;
  aspect: "content" | "link" | "mode" | "gone" | "new" | "users" | "service" | "listener";
  /** The step of a deploy that repairs it. */
  step: "apply" | "users";
  installed?: string;
  present?: string;
  /** Lines of a unified diff; null where the text that was installed is gone. */
  diff?: string[] | null;
  /** Whether the content is kept back. */
  secret?: boolean;
  /** What main.cf or master.cf now says differently; absent where a deploy of an earlier version noted nothing. */
  values?: ValueChange[];
  added?: string[];
  removed?: string[];
}

/** A parameter of main.cf or a service of master.cf; null where there is none. */
export interface ValueChange {
  name: string;
  installed: string | null;
  present: string | null;
}

export interface Complaint {
  severity: "panic" | "fatal" | "error" | "warning";
  service: string;
  count: number;
  text: string;
  time: number;
}

export interface EgressSeen {
  relayhost: string;
  /** `smtp_tls_security_level`. */
  tls: string;
  /** Whether the relay logs in at its next hop. */
  login: boolean;
  outcomes: EgressOutcome[];
}

export interface EgressTarget {
  host: string;
  port: number;
  implicit: boolean;
}

export interface EgressOutcome extends EgressTarget {
  nextHop: boolean;
  /** The last stage that went well. */
  reached: null | "resolve" | "connect" | "greeting" | "ehlo";
  problem: string | null;
  address: string | null;
  startTls: boolean | null;
  mechanisms: string[];
  milliseconds: number;
}

export interface Question {
  /** A listener for such questions on loopback, or a public one. */
  port: number;
  /** Null: this host itself, which must not be let pretend. */
  client: string | null;
  helo: string;
  login?: string | null;
  sender?: string;
  recipients?: string[];
  /** Without a client: under TLS and as far as the recipients, instead of only asking to pretend. */
  tls?: boolean;
}

export interface Reply {
  /** Null for the greeting. */
  command: string | null;
  code: number;
  text: string;
}

export interface Answer extends Question {
  name: string;
  replies: Reply[];
  problem: string | null;
}

/** A part that was looked at, or why it could not be. */
export type Looked<Part> = { seen: Part; problem?: undefined } | { problem: string; seen?: undefined };

export type Survey<Name extends keyof Parts> = { [Key in Name]: Looked<Parts[Key]> };

/** Looks at several parts of a relay at once; one that fails does not end the others. */
export function survey<Name extends keyof Parts>(host: Host, parts: Record<Name, object>): Promise<Survey<Name>> {
  return host.ask<Survey<Name>>("survey", { parts }, Object.keys(parts));
}
