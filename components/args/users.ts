import * as pulumi from "@pulumi/pulumi";

/** Which addresses the headers of a login's mail may name. */
export enum HeaderFrom {
  /** Those that it may send as. */
  Own = "own",
  /** Any. */
  Any = "any",
}

/** One login. */
export interface UserArgs {
  /** The name the client authenticates with, without realm. Plain value. Example: `printer`. */
  readonly login: string;

  /**
   * The password, secret: up to 256 characters of any script, without control characters; with `sasl.passwordCheck:
   * saslauthd` up to 256 octets in UTF-8. It is stored and compared exactly as given: clients must send the same Unicode
   * form, composed or decomposed. Default: 32 random letters and digits, readable in the secret output `logins`.
   */
  readonly password?: pulumi.Input<string>;

  /**
   * The password before the present one, secret: accepted beside it until `previousPasswordUntil`, by PLAIN and LOGIN
   * alone, so that clients can change over one by one. Default: only `password` is accepted.
   */
  readonly previousPassword?: pulumi.Input<string>;

  /**
   * The last day, in UTC, on which `previousPassword` is accepted; the first `up` after it takes the password away.
   * Required with `previousPassword`. Example: `2026-12-31`.
   */
  readonly previousPasswordUntil?: pulumi.Input<string>;

  /**
   * Sender addresses this login may use: whole addresses, `@domain` for all of a domain, or `any`. Any other sender is
   * refused with 553. Default: the login at `myDomain`.
   */
  readonly allowedSenders?: pulumi.Input<pulumi.Input<string>[]>;

  /** Most recipients this login may send to within an hour; 0: no limit. Default: `limits.recipientsPerHour`. */
  readonly recipientsPerHour?: pulumi.Input<number>;
}
