import { parseNetwork } from "../addresses";
import { RelayInput } from "../input";
import { domainOf } from "../names";
import { isHostname, quote, Report } from "./report";

/** Records for the relay's names. */
export function checkDns(
  { myHostname, myDomain, dkim, manageDns, dns, blockLists, host }: RelayInput,
  report: Report,
): void {
  blockLists?.forEach((list, index) => {
    if (!isHostname(list, 2))
      report(`blockLists[${index}]`, `${quote(list)} is not a zone, for example zen.spamhaus.org`);
  });
  const { zone, autoconfigHost, ttl } = dns ?? {};
  if (zone !== undefined && !isHostname(zone, 2)) report("dns.zone", `${quote(zone)} is not a domain name`);
  if (autoconfigHost !== undefined && !isHostname(autoconfigHost, 2)) {
    report("dns.autoconfigHost", `${quote(autoconfigHost)} is not a host name, for example www.example.com`);
  }
  // DigitalOcean takes nothing below 30 seconds.
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 30 && ttl <= 604_800)) {
    report("dns.ttl", `${quote(ttl)} is not a time to live; use a whole number of seconds from 30 to 604800`);
  }
  if (!manageDns) {
    if (zone !== undefined)
      report("dns.zone", "only manageDns has a use for it; leave it out, or set manageDns to true", ["manageDns"]);
    return;
  }
  if (host?.address !== undefined && parseNetwork(host.address)?.address.kind() !== "ipv4") {
    report(
      "host.address",
      `${quote(host.address)} is not an IPv4 address, which manageDns needs for the host's record`,
    );
  }
  const managed = zone ?? myDomain ?? (myHostname === undefined ? undefined : domainOf(myHostname));
  if (managed === undefined) return;
  const names: [string, string | undefined][] = [
    ["myHostname", myHostname],
    ["myDomain", myDomain],
  ];
  dkim?.domains?.forEach((domain, index) => names.push([`dkim.domains[${index}]`, domain]));
  for (const [path, given] of names) {
    if (given !== undefined && !`.${given}`.toLowerCase().endsWith(`.${managed}`.toLowerCase())) {
      report(
        path,
        `${quote(given)} is not in ${managed}, the domain manageDns creates records in; ` +
          "give another dns.zone, or set manageDns to false and create the records of the output dnsRecords yourself",
        ["dns.zone", "myDomain", "myHostname"],
      );
    }
  }
}
