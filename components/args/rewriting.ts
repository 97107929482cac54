import * as pulumi from "@pulumi/pulumi";

/** An address that is written as another one. */
export interface AddressRewriteArgs {
  /** A whole address, or `@domain` for all of a domain. */
  readonly from: pulumi.Input<string>;

  /** The address put in its place, or for an `@domain` also `@domain`, which keeps what stands before it. */
  readonly to: pulumi.Input<string>;
}

/** How addresses change on their way. */
export interface RewritingArgs {
  /** In headers and envelope, senders and recipients, as soon as mail comes in (Postfix `canonical_maps`). Default: none. */
  readonly canonical?: pulumi.Input<pulumi.Input<AddressRewriteArgs>[]>;

  /** The same for senders alone (Postfix `sender_canonical_maps`). Default: none. */
  readonly senders?: pulumi.Input<pulumi.Input<AddressRewriteArgs>[]>;

  /** The same for recipients alone (Postfix `recipient_canonical_maps`). Default: none. */
  readonly recipients?: pulumi.Input<pulumi.Input<AddressRewriteArgs>[]>;

  /** On the way out only, for names that mean nothing outside (Postfix `smtp_generic_maps`). Default: none. */
  readonly generic?: pulumi.Input<pulumi.Input<AddressRewriteArgs>[]>;
}

/** What becomes of a header that a check matches. */
export enum HeaderAction {
  /** The header is left out (Postfix `IGNORE`). */
  Remove = "remove",
  /** The whole header is replaced by `text` (Postfix `REPLACE`). */
  Replace = "replace",
  /** `text` goes in as a header before it (Postfix `PREPEND`). */
  Prepend = "prepend",
  /** The message is refused with `text` (Postfix `REJECT`). */
  Reject = "reject",
  /** The message waits for an administrator (Postfix `HOLD`). */
  Hold = "hold",
  /** `text` is logged, the message goes on (Postfix `WARN`). */
  Warn = "warn",
}

/** A look at one header of every message (Postfix `header_checks`, in the form `regexp:`). */
export interface HeaderCheckArgs {
  /** The header's name, in any case. Example: `User-Agent`. */
  readonly header: pulumi.Input<string>;

  /** POSIX extended regular expression that something in the header's value has to match, in any case. Default: any value. */
  readonly pattern?: pulumi.Input<string>;

  /** What happens then; the first check that matches counts. */
  readonly action: pulumi.Input<HeaderAction>;

  /** Required to replace and to prepend, where it is a whole header; otherwise the reason that is logged or told. */
  readonly text?: pulumi.Input<string>;
}
