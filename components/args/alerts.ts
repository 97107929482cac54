import * as pulumi from "@pulumi/pulumi";

/** Who is told when something goes wrong, and from when on. At least one of `webhook` and `mail`. */
export interface AlertsArgs {
  /**
   * HTTP or HTTPS address that a JSON object is posted to when an alert begins and when it is over:
   * `{host, alert, state: "firing" | "resolved", text, since}`. Secret, because such addresses often hold a token.
   * Default: none.
   */
  readonly webhook?: pulumi.Input<string>;

  /** Address that gets a mail, through the relay itself. Default: none. */
  readonly mail?: pulumi.Input<string>;

  /** Age of the oldest deferred message from which on it is an alert, in seconds. Default: 1800. */
  readonly deferredAge?: pulumi.Input<number>;

  /** Refused logins within ten minutes from which on it is an alert. Default: 50. */
  readonly loginFailures?: pulumi.Input<number>;

  /**
   * Share of the certificate's lifetime that is left when it becomes an alert, between 0 and 1: lifetimes differ, so it is
   * not a number of days. Default: 0.2.
   */
  readonly certificateShare?: pulumi.Input<number>;
}
