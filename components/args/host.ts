import * as pulumi from "@pulumi/pulumi";

/** A server that already exists. */
export interface HostArgs {
  /** IPv4 address or name to connect to. */
  readonly address: pulumi.Input<string>;

  /**
   * The server's public ED25519 host key in one line, as `ssh-keyscan -t ed25519` prints it after the name:
   * `ssh-ed25519 AAAA...`. Connections are never made without it.
   */
  readonly hostKey: pulumi.Input<string>;

  /** Private key of `user` in OpenSSH or PEM form, without passphrase. Secret. */
  readonly privateKey: pulumi.Input<string>;

  /** SSH user: root, or a user with password-less sudo. Default: `root`. */
  readonly user?: pulumi.Input<string>;

  /** SSH port. Default: 22. */
  readonly port?: pulumi.Input<number>;
}
