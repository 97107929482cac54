import { usesIpv6 } from "../postfix/parameters/ipv6";
import { RelaySettings } from "../settings/settings";

/** What `host/probe.py` is given: dialogues to hold, and what else is to be so. */

/** One command of an SMTP dialogue and the reply code it must get. */
export interface ProbeStep {
  command: string;
  expect: number;
  /** A message's lines, which come before the command. */
  text?: string[];
}

/** An SMTP dialogue; only the trial instance, which nothing can leave, is ever given a message. `host/probe.py` holds it. */
export interface Dialogue {
  /** What it shows, as a sentence for people. */
  name: string;
  /** `outside` connects to and from the host's own public address, as any stranger's packets would arrive. */
  from: "loopback" | "outside";
  /** By IPv6, where the host has an address for that; by IPv4 unless it is true. */
  ipv6?: boolean;
  port: number;
  tls: "none" | "starttls" | "implicit";
  /** The AUTH mechanisms the server must offer, once TLS has started where there is any. */
  offers: string[];
  /** A login to try before the steps. `live` takes one pair from the user database on the host. */
  login?: { mechanism: string; credentials: [login: string, password: string] | "live"; expect: number };
  steps: ProbeStep[];
}

export interface ProbePlan {
  /** How long a port may stay silent: Postfix starts some seconds after the network at boot. */
  patienceSeconds: number;
  /** `mynetworks`, to know when the host's own address is no stranger's. */
  networks: string[];
  /** Where a `live` login is taken from: a user database and a realm in it. */
  users: { database: string; realm: string };
  dialogues: Dialogue[];
  /** What the user database must hold, as pairs in hexadecimal, under the sentence that says so. */
  stored?: { name: string; pairs: [key: string, value: string][] };
  /** The name the certificate is for, and the fingerprint of the one that must be served, if it is known here. */
  certificate?: { hostname: string; sha256?: string };
}

/** The same dialogues over IPv6; none where that is not used. */
export function byIpv6(settings: RelaySettings, dialogues: Dialogue[]): Dialogue[] {
  if (!usesIpv6(settings)) return [];
  return dialogues.map((held) => ({ ...held, name: `${held.name} by IPv6`, ipv6: true }));
}
