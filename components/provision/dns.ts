import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "../args";
import { dnsRecords, type RecordSettings, type WantedRecord } from "../render/dnsRecords";
import { defaults } from "../settings/defaults";
import { DnsSettings, ListenerName } from "../settings/settings";
import { createFirst } from "./replacement";

/**
 * What decides which records there are. Resources must not depend on Outputs, so all texts that may be one stand for any.
 */
function outline({ listeners, dkim, relayHost, droplet, dns }: MailRelayArgs): RecordSettings {
  const names = Object.keys(defaults.listeners) as ListenerName[];
  return {
    myHostname: "relay.example.com",
    myDomain: "example.com",
    listeners: names.filter((name) => listeners?.[name] ?? defaults.listeners[name]),
    relayHost: relayHost && { host: "smtp.example.net" },
    droplet,
    dkim: dkim && {
      domains: dkim.domains ?? ["example.com"],
      selectors: dkim.selectors?.map(({ selector }) => selector) ?? [...defaults.dkimSelectors],
    },
    dns: { zone: "example.com", policies: dns?.policies ?? false, autoconfigHost: dns?.autoconfigHost, ttl: 0 },
  };
}

/** The roles of the records to create, from plain values alone. */
function managedRoles(args: MailRelayArgs): string[] {
  const clients = "192.0.2.1";
  const sending = args.droplet?.reservedIp ? "192.0.2.2" : clients;
  return dnsRecords(outline(args), { clients, sending }, [])
    .filter(({ policy }) => !policy || args.dns?.policies)
    .filter(canBeCreated)
    .map(({ role }) => role);
}

/** DigitalOcean makes the reverse record itself, and has no form for the null MX. */
function canBeCreated({ type, value }: WantedRecord): boolean {
  return type !== "PTR" && !(type === "MX" && value === "0 .");
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
