/**
 * The plain shapes settings work on: `RelayInput` is `MailRelayArgs` with every Output resolved and every secret left
 * out, `RelaySettings` is the same with nothing left open.
 */

export interface RelayInput {
  myHostname?: string;
  myDomain?: string;
  users?: { login: string; allowedSenders?: string[] }[];
  myNetworks?: string[];
  myDestination?: string[];
  aliases?: Record<string, string>;
  listeners?: { smtp?: boolean; submission?: boolean; submissions?: boolean; alternate?: boolean };
  sasl?: { path?: string; realm?: string; mechanisms?: string[]; brokenClients?: boolean };
  postfixParameters?: Record<string, string>;
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

/** The secrets that belong to a `RelayInput`, kept apart so that nothing else has to become secret. */
export interface RelaySecrets {
  /** In the order of `users`; undefined where a password is generated. */
  passwords: (string | undefined)[];
  relayHostPassword?: string;
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
  allowedSenders: string[];
}

export interface SaslSettings {
  path: string;
  mechanisms: string[];
  brokenClients: boolean;
  /** Postfix `smtpd_sasl_local_domain`. */
  localDomain: string;
  /** Realm of every login in sasldb: the local domain, or what SASL takes when that is empty. */
  realm: string;
}

export interface RelaySettings {
  myHostname: string;
  myDomain: string;
  aliases: Record<string, string>;
  listeners: ListenerName[];
  sasl: SaslSettings;
  postfixParameters: Record<string, string>;
  myDestination: string[];
  myNetworks: string[];
  users: UserSettings[];
  relayHost?: RelayHostSettings;
  droplet?: DropletSettings;
}
