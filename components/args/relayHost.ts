import * as pulumi from "@pulumi/pulumi";

/** The next hop for outgoing mail. */
export interface RelayHostArgs {
  /** Host name or address; no MX lookup is made for it (Postfix `[host]`). */
  readonly host: pulumi.Input<string>;

  /** TCP port. Default: 2525, because DigitalOcean blocks 25, 465 and 587 on their way out. */
  readonly port?: pulumi.Input<number>;

  /** The login at the smart host; with it TLS becomes mandatory. Default: no login. Needs `password`. */
  readonly login?: pulumi.Input<string>;

  /** The password of `login`, secret. */
  readonly password?: pulumi.Input<string>;
}
