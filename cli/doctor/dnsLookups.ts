import { Resolver } from "node:dns/promises";
import { spf, type SpfLookups, type SpfResult } from "./spf";

const PATIENCE_MS = 3000;
const TRIES = 2;

export interface DnsQuestion {
  hostname: string;
  domain: string;
  /** The relay's IPv4 address, as clients and receivers see it. */
  address: string;
  selectors: string[];
  blockLists: string[];
}

/** What the world sees; undefined where the resolver gave no answer at all. */
export interface DnsSeen extends DnsQuestion {
  a?: string[];
  aaaa?: string[];
  /** The names of the reverse record, and of each the addresses. */
  ptr?: { name: string; addresses: string[] }[];
  spf?: SpfResult;
  dmarc?: string[];
  dkim: { selector: string; records?: string[] }[];
  /** The lists that have the address, with what they say. */
  listed: { list: string; answer: string }[];
}

/** Asks the resolvers given, or this machine's, which sees names as the world does. */
export async function lookUp(question: DnsQuestion, servers: string[]): Promise<DnsSeen> {
  const resolver = new Resolver({ timeout: PATIENCE_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  const { hostname, domain, address, selectors, blockLists } = question;
  const txt = async (name: string) => (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
  const lookups: SpfLookups = {
    txt: async (name) => demanded(await some(txt(name))),
    a: async (name) => demanded(await some(resolver.resolve4(name))),
    mx: async (name) => demanded(await some(resolver.resolveMx(name))).map(({ exchange }) => exchange),
  };
  const reverse = async () => {
    const names = await some(resolver.reverse(address));
    const confirm = async (name: string) => ({ name, addresses: (await some(resolver.resolve4(name))) ?? [] });
    return names && Promise.all(names.map(confirm));
  };
  const [a, aaaa, ptr, policy, dmarc, dkim, listed] = await Promise.all([
    some(resolver.resolve4(hostname)),
    some(resolver.resolve6(hostname)),
    reverse(),
    spf(domain, address, lookups).catch(() => undefined),
    some(txt(`_dmarc.${domain}`)),
    Promise.all(
      selectors.map(async (selector) => ({ selector, records: await some(txt(`${selector}._domainkey.${domain}`)) })),
    ),
    Promise.all(blockLists.map((list) => listing(resolver, address, list))),
  ]);
  return { ...question, a, aaaa, ptr, spf: policy, dmarc, dkim, listed: listed.flat() };
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

function demanded<Answer>(answer: Answer[] | undefined): Answer[] {
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

/** Lists answer 127.0.0.0/24 for what they list, and 127.255.255.0/24 to resolvers they do not serve. */
async function listing(resolver: Resolver, address: string, list: string) {
  const answers = (await some(resolver.resolve4(`${address.split(".").reverse().join(".")}.${list}`))) ?? [];
  return answers.filter((answer) => answer.startsWith("127.0.")).map((answer) => ({ list, answer }));
}
