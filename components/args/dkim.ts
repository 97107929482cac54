import * as pulumi from "@pulumi/pulumi";

/** Signs what logins and `myNetworks` send, and what the relay itself sends, with DKIM (RFC 6376, RSA and SHA-256). */
export interface DkimArgs {
  /**
   * Domains to sign for: a message is signed when both its From address and its envelope sender are in one of them, not
   * in a subdomain. Plain value. Default: `myDomain`.
   */
  readonly domains?: string[];

  /**
   * The keys. The first one signs, all are published, so that a new key can be known to everybody before it signs and an
   * old one while mail it signed is under way. Plain value but for the private keys. Default: one, `relay1`.
   */
  readonly selectors?: DkimSelectorArgs[];
}

/** A key and its name. */
export interface DkimSelectorArgs {
  /** Names the key in DNS, as `SELECTOR._domainkey.DOMAIN`. Use a new one for every new key. Example: `relay2`. */
  readonly selector: string;

  /** The private key in PEM form, RSA with 2048 bits. Secret. Default: generated, and kept in the stack's state. */
  readonly privateKey?: pulumi.Input<string>;
}
