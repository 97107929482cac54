import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "../args";
import { WantedRecord } from "../render/dnsRecords";
import { defaults } from "../settings/defaults";
import { DnsSettings } from "../settings/settings";
import { createFirst } from "./replacement";

/**
 * The roles of the records to create, from plain values alone. DigitalOcean makes the reverse record itself, and has no
 * form for the null MX.
 */
function managedRoles({ listeners, dkim, relayHost, droplet, dns }: MailRelayArgs): string[] {
  const on = { ...defaults.listeners, ...listeners };
  const selectors = dkim ? (dkim.selectors?.map(({ selector }) => selector) ?? defaults.dkimSelectors) : [];
  const perDomain = ["", ...(dkim?.domains ?? []).slice(1).map((_, index) => `-${index + 1}`)];
  return [
    "a",
    ...(droplet?.reservedIp && !relayHost ? ["a-sending"] : []),
    ...(on.smtp ? ["mx-host"] : []),
    "spf-host",
    ...(dns?.policies ? perDomain.flatMap((suffix) => [`spf${suffix}`, `dmarc${suffix}`]) : []),
    ...perDomain.flatMap((suffix) => selectors.map((selector) => `dkim-${selector}${suffix}`)),
    ...(on.submission ? ["srv-submission"] : []),
    ...(on.submissions ? ["srv-submissions"] : []),
    ...(dns?.autoconfigHost === undefined ? [] : ["autoconfig"]),
  ];
}

/** Creates the records in DigitalOcean's DNS, in a domain that exists there. */
export function createDnsRecords(
  name: string,
  args: MailRelayArgs,
  dns: pulumi.Output<DnsSettings>,
  records: pulumi.Output<WantedRecord[]>,
  opts: pulumi.CustomResourceOptions,
): void {
  const zone = dns.zone;
  for (const role of managedRoles(args)) {
    const record = pulumi.all([zone, records]).apply(([domain, all]) => forDigitalOcean(named(all, role), domain));
    new digitalocean.DnsRecord(
      `${name}-dns-${role}`,
      {
        domain: zone,
        type: record.type,
        name: record.name,
        value: record.value,
        ttl: record.ttl,
        ...(/^(mx|srv)-/.test(role) ? { priority: record.numbers.apply(([priority]) => priority!) } : {}),
        ...(role.startsWith("srv-")
          ? { weight: record.numbers.apply(([, weight]) => weight!), port: record.numbers.apply(([, , port]) => port!) }
          : {}),
      },
      createFirst(opts),
    );
  }
}

function named(records: WantedRecord[], role: string): WantedRecord {
  const record = records.find((candidate) => candidate.role === role);
  if (!record) throw new Error(`no record is for ${role}`);
  return record;
}

/** A record with its numbers apart from its value, and its name relative to the domain. */
function forDigitalOcean({ type, name, value, ttl }: WantedRecord, zone: string) {
  const numbered = type === "MX" || type === "SRV";
  const words = numbered ? value.split(" ") : [value];
  return {
    type,
    name: name === zone ? "@" : name.slice(0, -(zone.length + 1)),
    value: words.at(-1)!,
    ttl,
    numbers: words.slice(0, -1).map(Number),
  };
}
