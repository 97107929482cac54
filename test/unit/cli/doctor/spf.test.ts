import { spf, type SpfLookups, type SpfResult } from "../../../../cli/doctor/spf";

/** A small DNS: TXT by name, addresses by name, exchangers by name. */
const lookups = (txt: Record<string, string[]>): SpfLookups => ({
  txt: (name) => Promise.resolve(txt[name] ?? []),
  a: (name) => Promise.resolve({ "example.com": ["192.0.2.1"], "mx.example.com": ["192.0.2.25"] }[name] ?? []),
  mx: (name) => Promise.resolve(name === "example.com" ? ["mx.example.com"] : []),
});

const others = {
  "spf.example.net": ["v=spf1 ip4:203.0.113.0/24 ~all"],
  "empty.example.net": [],
  "loop.example.net": ["v=spf1 include:loop.example.net -all"],
};

test.each<[record: string[], address: string, expected: SpfResult]>([
  [[], "192.0.2.1", "none"],
  [["v=spf10 +all"], "192.0.2.1", "none"],
  [["v=spf1 -all", "v=spf1 +all"], "192.0.2.1", "permerror"],
  [["v=spf1 ip4:192.0.2.1 -all"], "192.0.2.1", "pass"],
  [["v=spf1 ip4:192.0.2.1 -all"], "192.0.2.2", "fail"],
  [["v=spf1 ip4:192.0.2.0/30 ~all"], "192.0.2.3", "pass"],
  [["v=spf1 ip4:192.0.2.0/30 ~all"], "192.0.2.4", "softfail"],
  [["v=spf1 -ip4:192.0.2.1 +all"], "192.0.2.1", "fail"],
  [["v=spf1 a -all"], "192.0.2.1", "pass"],
  [["v=spf1 a/24 -all"], "192.0.2.200", "pass"],
  [["v=spf1 a:mx.example.com -all"], "192.0.2.25", "pass"],
  [["v=spf1 mx -all"], "192.0.2.25", "pass"],
  [["v=spf1 mx -all"], "192.0.2.1", "fail"],
  [["v=spf1 include:spf.example.net -all"], "203.0.113.9", "pass"],
  // An included record's own "all" ends nothing here.
  [["v=spf1 include:spf.example.net ?all"], "192.0.2.1", "neutral"],
  [["v=spf1 include:empty.example.net -all"], "192.0.2.1", "permerror"],
  [["v=spf1 include:loop.example.net -all"], "192.0.2.1", "permerror"],
  [["v=spf1 redirect=spf.example.net"], "203.0.113.9", "pass"],
  [["V=SPF1 IP4:192.0.2.1 -ALL"], "192.0.2.1", "pass"],
  [["v=spf1 ip6:2001:db8::/32 -all"], "192.0.2.1", "fail"],
  [["v=spf1"], "192.0.2.1", "neutral"],
])("%j for %s", async (record, address, expected) => {
  expect(await spf("example.com", address, lookups({ ...others, "example.com": record }))).toBe(expected);
});
