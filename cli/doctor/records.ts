import type { DnsRecord } from "../../components/outputs";

/** A record that DNS must have. Only the records of a stack have a time to live. */
export type WantedRecord = Omit<DnsRecord, "ttl"> & Partial<Pick<DnsRecord, "ttl">>;

export type Kind = "a" | "ptr" | "mx" | "srv" | "cname" | "spf" | "dmarc" | "dkim";

/** What the host itself says about its place in DNS. */
export interface Place {
  hostname: string;
  /** The IPv4 address that the command reaches it by. */
  address: string;
}

/**
 * The stack's own `dnsRecords`. A relay must have an A and a PTR record in any case, so they are added where the stack
 * is unknown, where it knows its host by a name only, and where `myhostname` was changed on the host.
 */
export function wantedRecords(ofStack: DnsRecord[], { hostname, address }: Place): WantedRecord[] {
  const records: WantedRecord[] = [...ofStack];
  const from = sendingAddress(records) ?? address;
  if (!records.some(({ type, name }) => type === "A" && name === hostname))
    records.push({ name: hostname, type: "A", value: from, why: "Clients and receivers look up this name." });
  if (!records.some(({ type }) => type === "PTR")) {
    const name = `${from.split(".").reverse().join(".")}${REVERSE_ZONE}`;
    const why = "Large receivers refuse mail from an address without this record. The owner of the address sets it.";
    records.push({ name, type: "PTR", value: `${hostname}.`, why });
  }
  return records;
}

const REVERSE_ZONE = ".in-addr.arpa";

/** The address that mail leaves from, which is not the one for clients where that is a reserved one. */
export function sendingAddress(records: WantedRecord[]): string | undefined {
  const reverse = records.find(({ type }) => type === "PTR")?.name;
  return reverse?.slice(0, -REVERSE_ZONE.length).split(".").reverse().join(".");
}

export function kindOf({ type, value }: WantedRecord): Kind {
  if (type !== "TXT") return type.toLowerCase() as Kind;
  if (isSpf(value)) return "spf";
  return isDmarc(value) ? "dmarc" : "dkim";
}

export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);
export const isDmarc = (text: string): boolean => /^v=DMARC1\s*(;|$)/.test(text);

/** The public key of a DKIM record; empty for a revoked one, which receivers treat like none. */
export const publicKey = (text: string): string =>
  (/(?:^|;)\s*p\s*=([^;]*)/.exec(text)?.[1] ?? "").replaceAll(/\s/g, "");

/** Names in DNS have no case, and end with a dot or without one. */
export const sameName = (one: string, other: string): boolean => bare(one) === bare(other);
const bare = (name: string) => name.replace(/\.$/, "").toLowerCase();

/** A record in one line, as people enter it. */
export const line = ({ name, type, value }: Pick<DnsRecord, "name" | "type" | "value">): string =>
  `${name} ${type} ${value}`;

/** An SPF record that also lets the relay send: the domain may have only one. */
export function mergedSpf(published: string, wanted: string): string {
  const [version = "", ...terms] = published.split(/\s+/);
  return [version, ...relayTerms(wanted), ...terms].join(" ");
}

/** The terms of a wanted SPF record that name the relay. */
export const relayTerms = (wanted: string): string[] =>
  wanted.split(" ").filter((term) => !/^v=spf1$|^[-~?+]?all$/.test(term));
