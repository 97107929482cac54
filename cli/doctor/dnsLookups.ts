import { Resolver } from "node:dns/promises";
import { spf } from "mailauth/lib/spf";
import { kindOf, type Kind, type WantedRecord } from "./records";

const PATIENCE_MS = 3000;
const TRIES = 2;

interface DnsQuestion {
  records: WantedRecord[];
  hostname: string;
  /** The IPv4 address that mail leaves from. */
  address: string;
  /** Selectors of other signers, whose keys must exist. */
  selectors: { selector: string; domain: string }[];
  blockLists: string[];
}

export interface RecordSeen extends WantedRecord {
  kind: Kind;
  /** What DNS has of that name and type, written as in `value`; undefined when no server answers. */
  found?: string[];
  /** For SPF: what a receiver makes of the relay's address; undefined when a lookup fails. */
  spf?: string;
}

/** What the world sees; undefined where no server answers. */
export interface DnsSeen extends Omit<DnsQuestion, "records" | "selectors"> {
  records: RecordSeen[];
  aaaa?: string[];
  /** The names of the address, each with the addresses it leads to. */
  names?: { name: string; addresses: string[] }[];
  signers: { name: string; found?: string[] }[];
  /** The lists that have the address, with their answer. */
  listed: { list: string; answer: string }[];
}

export type Lookups = Pick<
  Resolver,
  | "resolve"
  | "resolve4"
  | "resolve6"
  | "resolveCname"
  | "resolveMx"
  | "resolvePtr"
  | "resolveSrv"
  | "resolveTxt"
  | "reverse"
>;

/** Asks the servers given, or those of this machine, which sees names as the world does. */
export function resolverOf(servers: string[]): Lookups {
  const resolver = new Resolver({ timeout: PATIENCE_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

export async function lookUp(question: DnsQuestion, resolver: Lookups): Promise<DnsSeen> {
  const { records: wanted, selectors, hostname, address, blockLists } = question;
  const ask = asker(resolver);
  const confirmed = async () => {
    const names = await some(resolver.reverse(address));
    const confirm = async (name: string) => ({ name, addresses: (await some(resolver.resolve4(name))) ?? [] });
    return names && Promise.all(names.map(confirm));
  };
  const [records, aaaa, names, signers, listed] = await Promise.all([
    Promise.all(wanted.map((record) => look(resolver, ask, record, address))),
    some(resolver.resolve6(hostname)),
    confirmed(),
    Promise.all(
      selectors.map(async ({ selector, domain }) => {
        const name = `${selector}._domainkey.${domain}`;
        return { name, found: await ask("TXT", name) };
      }),
    ),
    Promise.all(blockLists.map((list) => listing(resolver, address, list))),
  ]);
  return { hostname, address, blockLists, records, aaaa, names, signers, listed: listed.flat() };
}

type Ask = (type: string, name: string) => Promise<string[] | undefined>;

/** Answers written as in zone files. */
function asker(resolver: Lookups): Ask {
  const lookups: Record<string, (name: string) => Promise<string[]>> = {
    A: (name) => resolver.resolve4(name),
    PTR: async (name) => (await resolver.resolvePtr(name)).map((target) => `${target}.`),
    CNAME: async (name) => (await resolver.resolveCname(name)).map((target) => `${target}.`),
    TXT: async (name) => (await resolver.resolveTxt(name)).map((parts) => parts.join("")),
    MX: async (name) => (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}.`),
    SRV: async (name) =>
      (await resolver.resolveSrv(name)).map((srv) => `${srv.priority} ${srv.weight} ${srv.port} ${srv.name}.`),
  };
  return (type, name) => some(lookups[type]!(name));
}

async function look(resolver: Lookups, ask: Ask, record: WantedRecord, address: string): Promise<RecordSeen> {
  const kind = kindOf(record);
  const found = await ask(record.type, record.name);
  if (kind !== "spf" || found === undefined) return { ...record, kind, found };
  const { status } = await spf({
    sender: `postmaster@${record.name}`,
    ip: address,
    helo: record.name,
    resolver: (name, type) => resolver.resolve(name, type) as Promise<string[]>,
  });
  return { ...record, kind, found, spf: status.result === "temperror" ? undefined : status.result };
}

/** The answer, empty where the name or the record does not exist; undefined where there was no answer. */
async function some<Answer>(lookup: Promise<Answer[]>): Promise<Answer[] | undefined> {
  try {
    return await lookup;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOTFOUND" || code === "ENODATA" ? [] : undefined;
  }
}

/** Lists answer 127.0.0.0/16 for what they list, and 127.255.255.0/24 to resolvers they do not serve. */
async function listing(resolver: Lookups, address: string, list: string) {
  const answers = (await some(resolver.resolve4(`${address.split(".").reverse().join(".")}.${list}`))) ?? [];
  return answers.filter((answer) => answer.startsWith("127.0.")).map((answer) => ({ list, answer }));
}
