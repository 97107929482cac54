import ipaddr from "ipaddr.js";

/** Looks names up; an empty answer for a name that has none of what was asked for. */
export interface SpfLookups {
  txt(name: string): Promise<string[]>;
  a(name: string): Promise<string[]>;
  mx(name: string): Promise<string[]>;
}

export type SpfResult = "pass" | "fail" | "softfail" | "neutral" | "none" | "permerror";

/** RFC 7208 lets a record cause no more. */
const MOST_LOOKUPS = 10;
const RESULT = { "+": "pass", "-": "fail", "~": "softfail", "?": "neutral" } as const;

/** Whether a domain's SPF lets an IPv4 address send, by the mechanisms that need no sender: macros never match here. */
export async function spf(domain: string, address: string, lookups: SpfLookups): Promise<SpfResult> {
  const budget = { left: MOST_LOOKUPS };
  return evaluate(domain, ipaddr.IPv4.parse(address), lookups, budget);
}

export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text);

async function evaluate(
  domain: string,
  address: ipaddr.IPv4,
  lookups: SpfLookups,
  budget: { left: number },
): Promise<SpfResult> {
  const records = (await lookups.txt(domain)).filter(isSpf);
  if (records.length === 0) return "none";
  if (records.length > 1) return "permerror";
  const terms = records[0]!.split(/\s+/).slice(1);
  for (const term of terms) {
    const [, sign = "+", name = "", value, bits] = /^([+?~-]?)(\w+)(?::([^/]+))?(?:\/(\d+))?$/.exec(term) ?? [];
    const qualifier = (sign === "" ? "+" : sign) as keyof typeof RESULT;
    const mechanism = name.toLowerCase();
    if (["a", "mx", "include"].includes(mechanism) && --budget.left < 0) return "permerror";
    const prefix = bits === undefined ? 32 : Number(bits);
    const target = value ?? domain;
    if (mechanism === "include") {
      const inner = await evaluate(target, address, lookups, budget);
      if (inner === "permerror" || inner === "none") return "permerror";
      if (inner === "pass") return RESULT[qualifier];
    } else if (await matches(mechanism, target, prefix, address, lookups)) return RESULT[qualifier];
  }
  const redirect = terms.map((term) => /^redirect=(.+)$/i.exec(term)?.[1]).find((target) => target !== undefined);
  if (redirect === undefined) return "neutral";
  if (--budget.left < 0) return "permerror";
  const end = await evaluate(redirect, address, lookups, budget);
  return end === "none" ? "permerror" : end;
}

async function matches(
  mechanism: string,
  target: string,
  prefix: number,
  address: ipaddr.IPv4,
  lookups: SpfLookups,
): Promise<boolean> {
  const within = (candidates: string[]) =>
    candidates.some((one) => ipaddr.IPv4.isValidFourPartDecimal(one) && address.match(ipaddr.IPv4.parse(one), prefix));
  switch (mechanism) {
    case "all":
      return true;
    case "ip4":
      return within([target]);
    case "a":
      return within(await lookups.a(target));
    case "mx": {
      const hosts = await lookups.mx(target);
      return within((await Promise.all(hosts.map((host) => lookups.a(host)))).flat());
    }
    default:
      return false;
  }
}
