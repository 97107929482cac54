import { hostAddresses, type Layout } from "../layout";

/** One permission of a cloud firewall, with names resolved to addresses. */
export interface Permission {
  protocol: "tcp" | "udp" | "icmp";
  /** `22`, `8000-9000`, or undefined for all. */
  ports?: string;
  /** Addresses and prefixes of the other side, of both IP versions. */
  peers: string[];
}

/** What the firewalls attached to one droplet permit; a droplet without any is left out and open. */
export interface Guarded {
  id: number;
  address: string;
  address6?: string;
  inbound: Permission[];
  outbound: Permission[];
}

export interface RuleSet {
  layout: Layout;
  metadataPort: number;
  guarded: Guarded[];
  /** Reserved IP to the address of the droplet it is assigned to. */
  reserved: Record<string, string>;
}

/** The ports on which the real cloud lets no droplet speak to the world. */
const BLOCKED_PORTS = "{ 25, 465, 587 }";

/** The instance's nftables table as one transaction that replaces the previous one. */
export function renderRules(rules: RuleSet): string {
  const { bridge, table, network, gateway, ipv6 } = rules.layout;
  const { metadataPort, guarded } = rules;
  const other = 'oifname != "lo" oifname != "mrs*"';
  const inbound = verdicts("daddr", guarded, "in");
  const outbound = verdicts("saddr", guarded, "out");
  const toReserved = dnat(rules.reserved);
  const chains = [
    chain("arriving", "type nat hook prerouting priority dstnat", [
      `iifname "${bridge}" ip daddr 169.254.169.254 tcp dport 80 dnat ip to ${gateway}:${metadataPort}`,
      ...toReserved,
    ]),
    chain("starting", "type nat hook output priority -100", toReserved),
    chain("leaving", "type nat hook postrouting priority srcnat", [
      `ip saddr ${network} ip saddr != ${gateway} ${other} masquerade`,
    ]),
    chain("from_host", "type filter hook output priority filter", [
      // Droplets know only the gateway; a hint at a shorter way would lead past the firewalls.
      `oifname "${bridge}" icmp type redirect drop`,
      ...inbound.map((rule) => `oifname "${bridge}" ${rule}`),
    ]),
    chain("to_host", "type filter hook input priority filter", [
      `iifname "${bridge}" ip daddr ${gateway} tcp dport ${metadataPort} accept`,
      ...outbound.map((rule) => `iifname "${bridge}" ${rule}`),
      ...[rules.layout, ipv6].map(
        (own) =>
          `iifname "${bridge}" ${own === ipv6 ? "ip6" : "ip"} daddr != { ${hostAddresses(own).join(", ")} } tcp dport ${BLOCKED_PORTS} drop`,
      ),
    ]),
    chain("through_host", "type filter hook forward priority filter", [
      ...outbound.map((rule) => `iifname "${bridge}" ${rule}`),
      ...inbound.map((rule) => `oifname "${bridge}" ${rule}`),
      `iifname "${bridge}" oifname != "${bridge}" tcp dport ${BLOCKED_PORTS} drop`,
    ]),
    ...guarded.flatMap((droplet) => [
      guardChain(`in_${droplet.id}`, "saddr", droplet.inbound),
      guardChain(`out_${droplet.id}`, "daddr", droplet.outbound),
    ]),
  ];
  // Deleting needs the table to be there; naming it first makes that true.
  return `table inet ${table}\ndelete table inet ${table}\ntable inet ${table} {\n${chains.join("\n")}}\n`;
}

const chain = (name: string, hook: string | undefined, rules: string[]) =>
  `  chain ${name} {\n${[...(hook ? [`${hook};`] : []), ...rules].map((rule) => `    ${rule}\n`).join("")}  }\n`;

/** What machines on one cable ask each other so that anything at all gets through; a cloud's firewall is behind it. */
const NEIGHBOURS =
  "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } return";

/** Returns rather than accepts what is permitted: traffic between droplets has two firewalls to pass. */
function guardChain(name: string, side: "saddr" | "daddr", permissions: Permission[]): string {
  // A rule for each peer, because the elements of one set must not overlap and people's prefixes may.
  const permitted = permissions.flatMap(({ protocol, ports, peers }) => {
    return peers.map((peer) => {
      const version = versionOf(peer);
      const name = version === "ip6" && protocol === "icmp" ? "ipv6-icmp" : protocol;
      const what = ports ? `${protocol} dport ${ports}` : `meta l4proto ${name}`;
      return `${version} ${side} ${peer} ${what} return`;
    });
  });
  return chain(name, undefined, ["ct state established,related return", NEIGHBOURS, ...permitted, "drop"]);
}

const versionOf = (address: string) => (address.includes(":") ? "ip6" : "ip");

function verdicts(side: "saddr" | "daddr", guarded: Guarded[], prefix: string): string[] {
  const jumps = guarded.flatMap(({ id, address, address6 }) =>
    [address, address6].flatMap((own) => (own === undefined ? [] : [{ own, jump: `${own} : jump ${prefix}_${id}` }])),
  );
  return ["ip", "ip6"].flatMap((version) => {
    const own = jumps.filter((entry) => versionOf(entry.own) === version).map(({ jump }) => jump);
    return own.length === 0 ? [] : [`${version} ${side} vmap { ${own.join(", ")} }`];
  });
}

const dnat = (reserved: Record<string, string>): string[] => {
  const pairs = Object.entries(reserved).map(([from, to]) => `${from} : ${to}`);
  return pairs.length === 0 ? [] : [`dnat ip to ip daddr map { ${pairs.join(", ")} }`];
};
