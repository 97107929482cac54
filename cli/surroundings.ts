/** What every user of the host can read, change, or run as root. */
export interface ExposureSeen {
  copies: { path: string; what: string }[];
  writable: string[];
  privileged: string[];
  /** The relay's secrets that have an access control list. */
  lists: string[];
  /** Whether the host has few enough files to look at all of them. */
  complete: boolean;
}

/** Files that were changed since the last deploy, and programs that run in place of the system's. */
export interface HandmadeSeen {
  files: string[];
  shadowing: string[];
}

export interface AccountsSeen {
  roots: string[];
  withoutPassword: string[];
  /** Who else is in the group that may read the user database. */
  readers: string[];
  group: string;
}

export interface PackagesSeen {
  changed: string[];
  /** Packages of which an older version has come after a newer one. */
  downgraded: { name: string; before: string; now: string }[];
  held: string[];
  /** Why apt does not upgrade where a deploy has asked for it. */
  upgradesOff: string[];
}

export interface NetworkSeen {
  firewall: { kind: "drops" | "redirects"; port: number; rule: string }[];
  /** Programs on the relay's own droplet that others can connect to. */
  strangers: { port: number; program: string }[];
  metadataOpen: boolean;
  kernel: { name: string; value: string }[];
}
