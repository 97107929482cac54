import * as pulumi from "@pulumi/pulumi";

/**
 * The certificate clients meet: with nothing given a self-signed one, made on the host; a supplied one with `certificate`
 * and `privateKey`; or one by ACME, which renews itself, with `acme`.
 */
export interface TlsArgs {
  /**
   * A certificate of your own as PEM: the relay's first, then the intermediate ones in order. It must name `myHostname` as
   * an alternative name and be valid now. Needs `privateKey`. Default: none.
   */
  readonly certificate?: pulumi.Input<string>;

  /** The key of `certificate` as PEM, RSA of at least 2048 bits or EC, without passphrase. Secret. */
  readonly privateKey?: pulumi.Input<string>;

  /**
   * Let clients log in with RSA by TLS 1.2 too, for devices that know no ECDSA. Port 25 always does. A supplied
   * certificate is served as it is. Default: false.
   */
  readonly rsaForLogins?: pulumi.Input<boolean>;

  /** Have a certificate issued and renewed by ACME (RFC 8555), by default from Let's Encrypt. Default: no ACME. */
  readonly acme?: pulumi.Input<AcmeArgs>;
}

/**
 * How certbot gets the certificate: by HTTP (http-01), for which port 80 of a droplet is opened, or with
 * `digitalOceanToken` by a DNS record (dns-01). For http-01 the name must lead to the relay. Until there is a certificate,
 * the relay serves the one it has, a self-signed one at first, and tries again every 20 minutes. Using this means that you
 * agree to the terms of service of the authority.
 */
export interface AcmeArgs {
  /** Address the authority may write to; given to it once, when the account is made. Default: none. */
  readonly email?: pulumi.Input<string>;

  /** Use Let's Encrypt's staging directory: its certificates are trusted by nobody, its limits are wide. Default: false. */
  readonly staging?: pulumi.Input<boolean>;

  /** HTTPS address of another authority's directory. Default: Let's Encrypt's. */
  readonly directoryUrl?: pulumi.Input<string>;

  /**
   * The certificate, as PEM, of the authority behind the directory's own HTTPS, where the host does not know it; for an
   * authority inside a company. Default: the authorities the host trusts.
   */
  readonly caCertificate?: pulumi.Input<string>;

  /**
   * A DigitalOcean API token with the scopes `domain:read`, `domain:create`, `domain:update` and `domain:delete`, and no
   * other. With it the relay proves its name by dns-01: it puts a TXT record into the name's domain, which must be at
   * DigitalOcean, and takes it out again. No port is opened, and the name need not lead to the relay yet. The token
   * stays on the host, because renewals need it, in a file that only root reads: who is root on the relay can change
   * all domains of the token's team. The token Pulumi itself uses is never taken, because it can do far more. Secret.
   * Default: none, http-01.
   */
  readonly digitalOceanToken?: pulumi.Input<string>;

  /**
   * Fail the deploy when no certificate was issued in it, so that the next `up` tries again. Postfix runs all the same,
   * but a new droplet's mail ports stay closed until then. Default: false, a warning; the host goes on trying by itself.
   */
  readonly required?: pulumi.Input<boolean>;
}
