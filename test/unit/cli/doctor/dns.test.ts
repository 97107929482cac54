import { dns, type Naming } from "../../../../cli/doctor/dns";
import { judge } from "../../../../cli/doctor/finding";

/** The ids of what is found, those of faults in upper case. */
function found(seen: Naming): string[] {
  return judge(dns, seen).findings.map(({ id, severity }) => (severity === "fault" ? id.toUpperCase() : id));
}

describe("names", () => {
  const good: Naming = {
    hostname: "relay.example.com",
    domain: "example.com",
    address: "198.51.100.7",
    selectors: [],
    blockLists: [],
    a: ["198.51.100.7"],
    aaaa: [],
    ptr: [{ name: "Relay.Example.com", addresses: ["198.51.100.7"] }],
    spf: "pass",
    dmarc: ["v=DMARC1; p=none"],
    dkim: [{ selector: "mail", records: ["v=DKIM1; p=abc"] }],
    listed: [],
    direct: true,
    protocols: "ipv4",
  };

  test.each<[what: string, change: Partial<Naming>, expected: string[]]>([
    ["all well", {}, []],
    [
      "no answers at all",
      { a: undefined, aaaa: undefined, ptr: undefined, spf: undefined, dmarc: undefined },
      ["dns-silent"],
    ],
    ["no address", { a: [] }, ["DNS-A"]],
    ["an IPv6 address", { aaaa: ["2001:db8::1"] }, ["DNS-AAAA"]],
    ["an IPv6 address where that is spoken", { aaaa: ["2001:db8::1"], protocols: "all" }, []],
    ["no reverse name", { ptr: [] }, ["DNS-PTR"]],
    ["no reverse name behind a smart host", { ptr: [], direct: false }, ["dns-ptr"]],
    ["a reverse name that leads elsewhere", { ptr: [{ ...good.ptr![0]!, addresses: [] }] }, ["DNS-PTR-UNCONFIRMED"]],
    ["no SPF", { spf: "none" }, ["DNS-SPF"]],
    ["an SPF that fails", { spf: "softfail" }, ["DNS-SPF"]],
    ["an SPF for the smart host", { spf: "fail", direct: false }, []],
    ["two SPF records, wherever mail goes", { spf: "permerror", direct: false }, ["DNS-SPF"]],
    ["no DMARC", { dmarc: [] }, ["dns-dmarc"]],
    ["a revoked key", { dkim: [{ selector: "mail", records: ["v=DKIM1; p="] }] }, ["DNS-DKIM"]],
    ["a block list", { listed: [{ list: "bl.example.net", answer: "127.0.0.2" }] }, ["block-list"]],
  ])("%s", (_what, change, expected) => expect(found({ ...good, ...change })).toEqual(expected));
});
