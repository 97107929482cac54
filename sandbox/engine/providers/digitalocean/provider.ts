/** The `digitalocean` package: what a mail relay and its surroundings need. */
import type { Provider, ProviderConfig, ProviderSettings } from "../provider";
import { named } from "./bridge";
import { Client } from "./client";
import { dnsRecordKind } from "./dnsRecord";
import { dropletKind } from "./droplet";
import { firewallKind } from "./firewall";
import { monitorAlertKind, uptimeAlertKind, uptimeCheckKind } from "./monitoring";
import { projectResourcesKind } from "./project";
import { reservedIpAssignmentKind, reservedIpKind } from "./reservedIp";
import { domainKind, sshKeyKind, tagKind } from "./simple";
import { Pace } from "./wait";

/** Talks to `digitalocean:apiEndpoint` with `digitalocean:token`. */
export function digitaloceanProvider(config: ProviderConfig, settings: ProviderSettings): Provider {
  const client = new Client(config);
  return {
    kinds: {
      "digitalocean:index/sshKey:SshKey": named(sshKeyKind(client)),
      "digitalocean:index/droplet:Droplet": named(dropletKind(client, new Pace(settings))),
      "digitalocean:index/firewall:Firewall": named(firewallKind(client)),
      "digitalocean:index/tag:Tag": named(tagKind(client)),
      "digitalocean:index/domain:Domain": domainKind(client),
      "digitalocean:index/dnsRecord:DnsRecord": named(dnsRecordKind(client)),
      "digitalocean:index/projectResources:ProjectResources": projectResourcesKind(client),
      "digitalocean:index/reservedIp:ReservedIp": reservedIpKind(client),
      "digitalocean:index/reservedIpAssignment:ReservedIpAssignment": reservedIpAssignmentKind(client),
      "digitalocean:index/monitorAlert:MonitorAlert": monitorAlertKind(client),
      "digitalocean:index/uptimeCheck:UptimeCheck": named(uptimeCheckKind(client)),
      "digitalocean:index/uptimeAlert:UptimeAlert": named(uptimeAlertKind(client)),
    },
  };
}
