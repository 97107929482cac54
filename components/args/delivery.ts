import * as pulumi from "@pulumi/pulumi";

/** What a deploy does about a next hop that does not take mail. */
export enum Preflight {
  /** It goes on, and warns in every run until a later deploy of the configuration finds it well. */
  Warn = "warn",
  /** It fails, and the live configuration stays. */
  Require = "require",
  /** It does not look. */
  Off = "off",
}

/** IP versions Postfix uses, for clients and for next hops. */
export enum InetProtocols {
  Ipv4 = "ipv4",
  All = "all",
}

/** How mail is handed to the next hop. */
export interface DeliveryArgs {
  /**
   * Connections to one next hop at a time (Postfix `default_destination_concurrency_limit`). Default: 20, or what the
   * preset of `relayHost` allows if that is less.
   */
  readonly concurrency?: pulumi.Input<number>;

  /**
   * Seconds between two deliveries to one next hop (Postfix `default_destination_rate_delay`); from 1 on there is one
   * connection at a time. Default: 0, no pacing.
   */
  readonly pauseSeconds?: pulumi.Input<number>;

  /** Recipients in one transaction (Postfix `default_destination_recipient_limit`). Default: 50. */
  readonly recipients?: pulumi.Input<number>;

  /**
   * Messages over one connection before a new one is made (Postfix `smtp_connection_reuse_count_limit`); 1 reuses none.
   * Default: 100.
   */
  readonly messagesPerConnection?: pulumi.Input<number>;
}
