import * as pulumi from "@pulumi/pulumi";

/** A validating DNS resolver on the host itself. `{}` takes all defaults. */
export interface ResolverArgs {
  /**
   * IPv4 or IPv6 addresses of resolvers to ask instead of the authoritative servers (Unbound `forward-addr`), for a
   * network that lets no other DNS out. They must pass DNSSEC on: answer DNSKEY and RRSIG, and not strip them.
   * Default: none, the authoritative servers are asked, from the root on.
   */
  readonly forwarders?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Domains whose answers are taken without a valid signature (Unbound `domain-insecure`, a negative trust anchor as in
   * RFC 7646), such as those a company keeps for its inside. DANE does not hold for them. Default: none.
   */
  readonly insecureDomains?: pulumi.Input<pulumi.Input<string>[]>;
}
