import type { DnsRecord } from "../types";
import type { Domain } from "./world";

/** What is asked for in a sandbox; the cloud keeps records of other types too, but nobody looks them up. */
const SERVED = ["A", "CNAME", "MX", "TXT"];

/** A record's name as the world knows it. */
export const fullName = ({ name: zone }: Domain, name: string): string => (name === "@" ? zone : `${name}.${zone}`);

/** A domain's records as name servers answer them. */
export function zoneOf(domain: Domain): DnsRecord[] {
  return [...domain.records.values()]
    .map(({ type, name, data }) => ({
      type,
      name: fullName(domain, String(name)),
      value: data === "@" ? domain.name : String(data),
    }))
    .filter((record): record is DnsRecord => SERVED.includes(String(record.type)));
}
