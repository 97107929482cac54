/**
 * The plain shapes settings work on: `RelayInput` is `MailRelayArgs` with every Output resolved and every secret left
 * out, `RelaySettings` is the same with nothing left open.
 */

export interface RelayInput {
  myHostname?: string;
  myDomain?: string;
  users?: { login: string }[];
  myNetworks?: string[];
  relayHost?: { host?: string; port?: number; login?: string };
  droplet?: {
    region?: string;
    sshSources?: string[];
    size?: string;
    image?: string;
    tags?: string[];
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
}

export interface RelaySettings {
  myHostname: string;
  myDomain: string;
  /** Realm of every login in sasldb; a bare login works because it equals `smtpd_sasl_local_domain`. */
  realm: string;
  myDestination: string[];
  myNetworks: string[];
  logins: string[];
  relayHost?: RelayHostSettings;
  droplet?: DropletSettings;
}
