import type { DnsSeen } from "./dnsLookups";
import { fault, warning, type Check, type Finding } from "./finding";

/** What the world sees, and what it means for this relay. */
export interface Naming extends DnsSeen {
  /** Whether mail goes to each domain's own server; behind a smart host its records count instead. */
  direct: boolean;
  /** `inet_protocols`. */
  protocols: string;
}

export const dns: Check<Naming>[] = [answered, forward, version6, reverse, confirmed, spf, dmarc, dkim, blockLists];

/** Without a smart host receivers judge by this; behind one it is the smart host they see. */
const judged = (direct: boolean) => (direct ? fault : warning);

function answered({ a }: Naming): Finding[] {
  return a === undefined
    ? [warning("dns-silent", "the name service gives no answer", "name another one with --resolver")]
    : [];
}

function forward({ a, hostname, address }: Naming): Finding[] {
  if (a === undefined || a.includes(address)) return [];
  const found = a.length === 0 ? "no address" : a.join(", ");
  return [
    fault(
      "dns-a",
      `${hostname} has ${found} in DNS instead of ${address}`,
      `create the record: ${hostname} A ${address}`,
    ),
  ];
}

function version6({ aaaa, hostname, protocols }: Naming): Finding[] {
  if (!aaaa?.length || protocols !== "ipv4") return [];
  return [
    fault(
      "dns-aaaa",
      `${hostname} has the IPv6 address ${aaaa.join(", ")}, where no relay listens`,
      "remove the AAAA record",
    ),
  ];
}

function reverse({ ptr, hostname, address, direct }: Naming): Finding[] {
  if (ptr === undefined || ptr.some(({ name }) => sameName(name, hostname))) return [];
  const found = ptr.length === 0 ? "no name" : `the name ${ptr.map(({ name }) => name).join(", ")}`;
  return [
    judged(direct)(
      "dns-ptr",
      `${address} has ${found} in reverse DNS instead of ${hostname}`,
      "the droplet's name is its reverse record; elsewhere the provider of the address sets it",
    ),
  ];
}

function confirmed({ ptr, address, direct }: Naming): Finding[] {
  const unconfirmed = (ptr ?? []).filter(({ addresses }) => !addresses.includes(address)).map(({ name }) => name);
  if (unconfirmed.length === 0) return [];
  return [
    judged(direct)(
      "dns-ptr-unconfirmed",
      `the reverse name ${unconfirmed.join(", ")} does not lead back to ${address}`,
      `create the record: ${unconfirmed[0]} A ${address}`,
    ),
  ];
}

function spf({ spf: result, domain, address, direct }: Naming): Finding[] {
  if (result === undefined || result === "pass") return [];
  const record = direct ? `v=spf1 ip4:${address} -all` : "what the smart host's provider says";
  if (result === "none")
    return [judged(direct)("dns-spf", `${domain} has no SPF record`, `create a TXT record for ${domain}: ${record}`)];
  if (result === "permerror")
    return [fault("dns-spf", `the SPF record of ${domain} is broken, or there are several`, `have one: ${record}`)];
  // Behind a smart host it is the smart host's address that SPF must let send.
  if (!direct) return [];
  return [
    fault(
      "dns-spf",
      `the SPF record of ${domain} does not let ${address} send (${result})`,
      `add ip4:${address} to it`,
    ),
  ];
}

function dmarc({ dmarc: records, domain }: Naming): Finding[] {
  const found = records?.filter((text) => text.startsWith("v=DMARC1"));
  if (found === undefined || found.length === 1) return [];
  const todo = `have one TXT record _dmarc.${domain}, to begin with: v=DMARC1; p=none`;
  return [
    warning("dns-dmarc", `${domain} has ${found.length === 0 ? "no DMARC record" : "several DMARC records"}`, todo),
  ];
}

function dkim({ dkim: keys, domain }: Naming): Finding[] {
  return keys
    .filter(({ records }) => records !== undefined && !records.some((text) => /(^|;)\s*p=\s*[A-Za-z0-9+/]/.test(text)))
    .map(({ selector }) =>
      fault(
        "dns-dkim",
        `there is no DKIM key at ${selector}._domainkey.${domain}`,
        "create the TXT record with the public key of the signer",
      ),
    );
}

function blockLists({ listed, address }: Naming): Finding[] {
  return listed.map(({ list, answer }) =>
    warning(
      "block-list",
      `${address} is on the block list ${list} (${answer})`,
      `see why at ${list}, and ask to be removed`,
    ),
  );
}

const sameName = (one: string, other: string) => one.replace(/\.$/, "").toLowerCase() === other.toLowerCase();
