import * as pulumi from "@pulumi/pulumi";
import { RelayHostArgs } from "./relayHost";

/** A smart host for the mail of some senders. */
export interface RelayRouteArgs {
  /**
   * Envelope senders: whole addresses, or `@domain` for all of a domain; an address is looked for before its domain.
   * Bounces have no sender and go the general way.
   */
  readonly senders: pulumi.Input<pulumi.Input<string>[]>;

  /** The smart host, with a login, TLS level and port of its own. */
  readonly relayHost: pulumi.Input<RelayHostArgs>;
}

/** A next hop for the mail to some destinations. */
export interface TransportArgs {
  /** Recipient domains, or `.domain` for all below a domain. */
  readonly destinations: pulumi.Input<pulumi.Input<string>[]>;

  /** The next hop, with a login, TLS level and port of its own. */
  readonly relayHost: pulumi.Input<RelayHostArgs>;
}
