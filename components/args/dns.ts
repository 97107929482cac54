import * as pulumi from "@pulumi/pulumi";

/** How the output `dnsRecords` is made, and for `manageDns` where. */
export interface DnsArgs {
  /** The domain in your DigitalOcean account in which `manageDns` creates records. Default: `myDomain`. */
  readonly zone?: pulumi.Input<string>;

  /**
   * Have `manageDns` also create the SPF and DMARC records of the mail domains. A domain must not have two of either, so
   * this is for domains that have none yet. Plain value. Default: false, you add to those you have.
   */
  readonly policies?: boolean;

  /**
   * Host name of the web server that serves the domain's autoconfig file to mail clients; `autoconfig.DOMAIN` leads to
   * it. Plain value. Default: none, and no such record.
   */
  readonly autoconfigHost?: string;

  /** Time to live of the records, in seconds. Default: 3600. */
  readonly ttl?: pulumi.Input<number>;
}
