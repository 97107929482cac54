import { layoutOf } from "../../../sandbox/cloud/layout";
import { renderRules, type Guarded, type RuleSet } from "../../../sandbox/cloud/network/rules";

const open: RuleSet = { layout: layoutOf(1), metadataPort: 4711, guarded: [], reserved: {} };
const relay: Guarded = {
  id: 12,
  address: "198.51.100.34",
  inbound: [
    { protocol: "tcp", ports: "22", peers: ["192.0.2.25", "10.0.0.0/8"] },
    { protocol: "tcp", ports: "465-587", peers: ["0.0.0.0/0"] },
    { protocol: "icmp", peers: ["0.0.0.0/0"] },
    { protocol: "tcp", ports: "2525", peers: [] },
  ],
  outbound: [{ protocol: "udp", peers: ["0.0.0.0/0"] }],
};

const neighbours =
  "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } return";

const linesOf = (text: string, chain: string) => {
  const [, body = ""] = new RegExp(`chain ${chain} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*?)\\n  \\}`).exec(text) ?? [];
  return body.split("\n").map((line) => line.trim());
};

test("the table replaces its predecessor in one transaction", () => {
  expect(renderRules(open).split("\n").slice(0, 3)).toEqual([
    "table inet mrs1",
    "delete table inet mrs1",
    "table inet mrs1 {",
  ]);
});

test("without a firewall everything passes but mail to the world", () => {
  expect(linesOf(renderRules(open), "through_host")).toEqual([
    "type filter hook forward priority filter;",
    'iifname "mrs1" oifname != "mrs1" tcp dport { 25, 465, 587 } drop',
  ]);
  expect(linesOf(renderRules(open), "to_host").slice(-2)).toEqual([
    'iifname "mrs1" ip daddr != { 198.51.100.33, 192.0.2.25, 203.0.113.25 } tcp dport { 25, 465, 587 } drop',
    'iifname "mrs1" ip6 daddr != { fd6d:7273:1:1::1, fd6d:7273:1:2::9, fd6d:7273:1:3::9 } tcp dport { 25, 465, 587 } drop',
  ]);
});

test("only traffic that leaves the machine hides behind its address", () => {
  expect(linesOf(renderRules(open), "leaving")).toEqual([
    "type nat hook postrouting priority srcnat;",
    'ip saddr 198.51.100.32/27 ip saddr != 198.51.100.33 oifname != "lo" oifname != "mrs*" masquerade',
  ]);
});

test("the metadata address leads to the service, whatever a firewall says", () => {
  const text = renderRules({ ...open, guarded: [relay] });
  expect(linesOf(text, "arriving")).toContain(
    'iifname "mrs1" ip daddr 169.254.169.254 tcp dport 80 dnat ip to 198.51.100.33:4711',
  );
  const [, first, second] = linesOf(text, "to_host");
  expect(first).toBe('iifname "mrs1" ip daddr 198.51.100.33 tcp dport 4711 accept');
  expect(second).toBe('iifname "mrs1" ip saddr vmap { 198.51.100.34 : jump out_12 }');
});

test("a firewall permits what its rules say and drops all else", () => {
  const text = renderRules({ ...open, guarded: [relay] });
  expect(linesOf(text, "in_12")).toEqual([
    "ct state established,related return",
    neighbours,
    "ip saddr 192.0.2.25 tcp dport 22 return",
    "ip saddr 10.0.0.0/8 tcp dport 22 return",
    "ip saddr 0.0.0.0/0 tcp dport 465-587 return",
    "ip saddr 0.0.0.0/0 meta l4proto icmp return",
    "drop",
  ]);
  expect(linesOf(text, "out_12")).toEqual([
    "ct state established,related return",
    neighbours,
    "ip daddr 0.0.0.0/0 meta l4proto udp return",
    "drop",
  ]);
});

test("a firewall applies to what the host sends and to what passes through it, in both directions", () => {
  const text = renderRules({ ...open, guarded: [relay, { ...relay, id: 13, address: "198.51.100.35" }] });
  const inbound = "ip daddr vmap { 198.51.100.34 : jump in_12, 198.51.100.35 : jump in_13 }";
  const outbound = "ip saddr vmap { 198.51.100.34 : jump out_12, 198.51.100.35 : jump out_13 }";
  expect(linesOf(text, "from_host")).toContain(`oifname "mrs1" ${inbound}`);
  expect(linesOf(text, "through_host").slice(1, 3)).toEqual([
    `iifname "mrs1" ${outbound}`,
    `oifname "mrs1" ${inbound}`,
  ]);
});

test("a droplet with two addresses has one firewall, whose rules match by the IP version they are written in", () => {
  const inbound: Guarded["inbound"] = [
    { protocol: "tcp", ports: "587", peers: ["0.0.0.0/0", "::/0"] },
    { protocol: "icmp", peers: ["0.0.0.0/0", "::/0"] },
    { protocol: "tcp", peers: ["fd6d:7273:1:2::9"] },
  ];
  const text = renderRules({ ...open, guarded: [{ ...relay, address6: "fd6d:7273:1:1::2", inbound }] });
  expect(linesOf(text, "in_12")).toEqual([
    "ct state established,related return",
    neighbours,
    "ip saddr 0.0.0.0/0 tcp dport 587 return",
    "ip6 saddr ::/0 tcp dport 587 return",
    "ip saddr 0.0.0.0/0 meta l4proto icmp return",
    "ip6 saddr ::/0 meta l4proto ipv6-icmp return",
    "ip6 saddr fd6d:7273:1:2::9 meta l4proto tcp return",
    "drop",
  ]);
  expect(linesOf(text, "through_host").slice(1, 5)).toEqual([
    'iifname "mrs1" ip saddr vmap { 198.51.100.34 : jump out_12 }',
    'iifname "mrs1" ip6 saddr vmap { fd6d:7273:1:1::2 : jump out_12 }',
    'oifname "mrs1" ip daddr vmap { 198.51.100.34 : jump in_12 }',
    'oifname "mrs1" ip6 daddr vmap { fd6d:7273:1:1::2 : jump in_12 }',
  ]);
});

test("a reserved IP leads to its droplet from everywhere", () => {
  const text = renderRules({ ...open, reserved: { "198.51.100.40": "198.51.100.34" } });
  const rule = "dnat ip to ip daddr map { 198.51.100.40 : 198.51.100.34 }";
  expect(linesOf(text, "arriving")).toContain(rule);
  expect(linesOf(text, "starting")).toContain(rule);
});
