import type { Lab } from "../../sandbox/lab";
import { python } from "../unit/cli/python";
import { recordsByIpv6 } from "./ipv6Mail";
import { eventually, onHost } from "./support";

/** Nobody is there, which the host knows at once. */
const UNREACHABLE = ["203.0.113.128/29", "2001:db8:dead::/64"];
const four = (count: number) => Array.from({ length: count }, (_, index) => `203.0.113.${129 + index}`);
const six = (count: number) => Array.from({ length: count }, (_, index) => `2001:db8:dead::${index + 1}`);

interface Order {
  preference: "ipv4" | "any";
  limit: number;
  balanced: boolean;
}

/** Servers of both IP versions, and how Postfix is told to choose among their addresses. */
const CASES: [name: string, addresses: string[], order: Order][] = [
  ["as many of each, the limit in force", [...four(4), ...six(4)], { preference: "ipv4", limit: 5, balanced: true }],
  ["few of the preferred ones", [...four(1), ...six(4)], { preference: "ipv4", limit: 4, balanced: true }],
  ["few of the others", [...four(4), ...six(1)], { preference: "ipv4", limit: 3, balanced: true }],
  ["a limit of two", [...four(4), ...six(4)], { preference: "ipv4", limit: 2, balanced: true }],
  ["a limit of one", [...four(2), ...six(2)], { preference: "ipv4", limit: 1, balanced: true }],
  ["not balanced", [...four(4), ...six(4)], { preference: "ipv4", limit: 4, balanced: false }],
  ["no limit", [...four(3), ...six(3)], { preference: "ipv4", limit: 0, balanced: true }],
  ["none preferred, no limit in force", [...four(2), ...six(2)], { preference: "any", limit: 5, balanced: true }],
];

/** How many addresses of either version there are, and whether all of IPv4 come first. */
function shape(tried: string[]) {
  const versions = tried.map((address) => (address.includes(":") ? 6 : 4));
  const count = (wanted: number) => versions.filter((version) => version === wanted).length;
  return { ipv4: count(4), ipv6: count(6), ipv4First: versions.join("") === [...versions].sort().join("") };
}

/** The order in which the preflight would try these addresses. */
function preflightOrder(addresses: string[], order: Order): string[] {
  const pairs = "[(socket.AF_INET6 if ':' in one else socket.AF_INET, one) for one in given[0]]";
  return python("hopaddress", `[one for _, one in ordered(${pairs}, given[1])]`, [addresses, order]);
}

/** Next hops with addresses of both IP versions: what Postfix tries is what the preflight tries. */
export function nextHopsOfBothVersions(look: () => Lab): void {
  /** The addresses that Postfix has tried for a domain, in its order. */
  async function triedByPostfix(domain: string, { preference, limit, balanced }: Order): Promise<string[]> {
    const lab = look();
    const parameters = [
      `smtp_address_preference=${preference}`,
      `smtp_mx_address_limit=${limit}`,
      `smtp_balance_inet_protocols=${balanced ? "yes" : "no"}`,
    ];
    await onHost(lab, `postconf -e ${parameters.join(" ")} && postfix reload`);
    await onHost(lab, `echo hello | sendmail -f alice@example.test bob@${domain}`);
    const journal = `journalctl -q -o cat -u 'postfix*'`;
    await eventually(() => onHost(lab, `${journal} | grep -q 'to=<bob@${domain}>.*status=deferred'`), 30);
    const log = await onHost(lab, `${journal} | grep '^connect to mx.${domain}'`);
    return [...log.matchAll(/connect to \S+?\[([^\]]+)\]/g)].map(([, address]) => address!);
  }

  describe("a next hop with addresses of both IP versions", () => {
    const domains = CASES.map((_, index) => `both${index}.test`);

    beforeAll(async () => {
      const { cloud } = look();
      await cloud.setDns([
        ...recordsByIpv6(cloud),
        ...domains.flatMap((name, index) => [
          { name, type: "MX" as const, value: `mx.${name}` },
          ...CASES[index]![1].map((value) => ({
            name: `mx.${name}`,
            type: value.includes(":") ? ("AAAA" as const) : ("A" as const),
            value,
          })),
        ]),
      ]);
      await onHost(look(), UNREACHABLE.map((range) => `ip route add unreachable ${range}`).join(" && "));
      await onHost(look(), "cp -P /etc/postfix/main.cf /etc/postfix/main.cf.kept");
    });

    afterAll(() => onHost(look(), "mv -f /etc/postfix/main.cf.kept /etc/postfix/main.cf && postfix reload"));

    test.each(CASES.map((one, index) => [one[0], index] as const))(
      "%s: tried as the preflight does",
      async (_, index) => {
        const [, addresses, order] = CASES[index]!;
        const expected = preflightOrder(addresses, order);
        const tried = await triedByPostfix(domains[index]!, order);
        expect(new Set(tried).size).toBe(tried.length);
        // Where it prefers neither, Postfix draws lots, and the preflight takes them in turns.
        const { ipv4First, ...counts } = shape(tried);
        expect(counts).toMatchObject({ ipv4: shape(expected).ipv4, ipv6: shape(expected).ipv6 });
        if (order.preference === "ipv4") expect(ipv4First).toBe(true);
      },
    );
  });
}
