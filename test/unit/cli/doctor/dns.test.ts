import { dns, type Naming } from "../../../../cli/doctor/dns";
import type { RecordSeen } from "../../../../cli/doctor/dnsLookups";
import { judge, type Finding } from "../../../../cli/doctor/finding";
import { kindOf } from "../../../../cli/doctor/records";

const findings = (seen: Naming): Finding[] => judge(dns, seen).findings;

/** The ids of what is found, those of faults in upper case. */
const found = (seen: Naming): string[] =>
  findings(seen).map(({ id, severity }) => (severity === "fault" ? id.toUpperCase() : id));

const host = "relay.example.com";
const domain = "example.com";
const address = "198.51.100.7";

/** A record that DNS has as it is wanted, unless said otherwise. */
function record(name: string, type: string, value: string, change: Partial<RecordSeen> = {}): RecordSeen {
  const wanted = { name, type, value, ttl: 3600, why: "A reason." };
  const kind = kindOf(wanted);
  return { ...wanted, kind, found: [value], ...(kind === "spf" ? { spf: "pass" } : {}), ...change };
}

const a = (change?: Partial<RecordSeen>) => record(host, "A", address, change);
const ptr = (change?: Partial<RecordSeen>) => record("7.100.51.198.in-addr.arpa", "PTR", `${host}.`, change);
const mx = (change?: Partial<RecordSeen>) => record(host, "MX", `10 ${host}.`, change);
const ownSpf = (change?: Partial<RecordSeen>) => record(host, "TXT", "v=spf1 a -all", change);
const spf = (change?: Partial<RecordSeen>) => record(domain, "TXT", `v=spf1 a:${host} ~all`, change);
const dmarc = (change?: Partial<RecordSeen>) => record(`_dmarc.${domain}`, "TXT", "v=DMARC1; p=none", change);
const dkim = (change?: Partial<RecordSeen>) =>
  record(`relay1._domainkey.${domain}`, "TXT", "v=DKIM1; k=rsa; p=abc+/=", change);
const srv = (change?: Partial<RecordSeen>) => record(`_submission._tcp.${domain}`, "SRV", `1 1 587 ${host}.`, change);
const all = [a(), ptr(), mx(), ownSpf(), spf(), dmarc(), dkim(), srv()];

const good: Naming = {
  hostname: host,
  address,
  blockLists: [],
  records: all,
  aaaa: [],
  names: [{ name: host, addresses: [address] }],
  signers: [],
  listed: [],
  direct: true,
  protocols: "ipv4",
};

/** The good records with one of them changed. */
function otherwise(one: RecordSeen): Partial<Naming> {
  const records = all.map((other) => (other.name === one.name && other.value === one.value ? one : other));
  expect(records).toContain(one);
  return { records };
}

describe("names", () => {
  test.each<[what: string, change: Partial<Naming>, expected: string[]]>([
    ["all well", {}, []],
    ["no address", otherwise(a({ found: [] })), ["DNS-A"]],
    ["another address", otherwise(a({ found: ["203.0.113.9"] })), ["DNS-A"]],
    ["an address left over", otherwise(a({ found: [address, "203.0.113.9"] })), ["dns-a-other"]],
    ["an IPv6 address", { aaaa: ["2001:db8::1"] }, ["DNS-AAAA"]],
    ["an IPv6 address where that is spoken", { aaaa: ["2001:db8::1"], protocols: "all" }, []],
    ["no reverse name", otherwise(ptr({ found: [] })), ["DNS-PTR"]],
    ["a reverse name in other letters", otherwise(ptr({ found: ["Relay.Example.com."] })), []],
    ["no reverse name behind a smart host", { ...otherwise(ptr({ found: [] })), direct: false }, ["dns-ptr"]],
    ["a reverse name that leads elsewhere", { names: [{ name: host, addresses: [] }] }, ["DNS-PTR-UNCONFIRMED"]],
    ["no mail exchanger", otherwise(mx({ found: [] })), ["dns-mx"]],
    ["another mail exchanger", otherwise(mx({ found: ["10 mx.example.net."] })), ["dns-mx"]],
    ["no SPF of the domain", otherwise(spf({ found: ["other text"], spf: "none" })), ["DNS-SPF"]],
    ["no SPF of the host name", otherwise(ownSpf({ found: [], spf: "none" })), ["DNS-SPF"]],
    ["no SPF behind a smart host", { ...otherwise(spf({ found: [], spf: "none" })), direct: false }, ["dns-spf"]],
    ["an SPF that fails", otherwise(spf({ found: ["v=spf1 mx ~all"], spf: "softfail" })), ["DNS-SPF"]],
    ["an SPF for the smart host", { ...otherwise(spf({ found: ["v=spf1 mx -all"], spf: "fail" })), direct: false }, []],
    ["another SPF that lets it send", otherwise(spf({ found: [`v=spf1 ip4:${address} -all`] })), []],
    [
      "two SPF records, wherever mail goes",
      { ...otherwise(spf({ found: ["v=spf1 a -all", "v=spf1 mx -all"], spf: "permerror" })), direct: false },
      ["DNS-SPF"],
    ],
    ["a broken SPF record", otherwise(spf({ found: ["v=spf1 ip4:x -all"], spf: "permerror" })), ["DNS-SPF"]],
    ["no DMARC", otherwise(dmarc({ found: [] })), ["dns-dmarc"]],
    ["a stricter DMARC", otherwise(dmarc({ found: ["v=DMARC1; p=reject"] })), []],
    ["two DMARC records", otherwise(dmarc({ found: ["v=DMARC1; p=none", "v=DMARC1;p=reject"] })), ["dns-dmarc"]],
    ["no DKIM key", otherwise(dkim({ found: [] })), ["DNS-DKIM"]],
    ["another DKIM key", otherwise(dkim({ found: ["v=DKIM1; p=def"] })), ["DNS-DKIM"]],
    ["a revoked DKIM key", otherwise(dkim({ found: ["v=DKIM1; p="] })), ["DNS-DKIM"]],
    ["the DKIM key written otherwise", otherwise(dkim({ found: ["k=rsa;t=s; p= abc +/="] })), []],
    ["another port for clients", otherwise(srv({ found: [`1 1 25 ${host}.`] })), ["dns-srv"]],
    ["another signer's key", { signers: [{ name: "s._domainkey.example.com", found: ["p=abc"] }] }, []],
    ["another signer without a key", { signers: [{ name: "s._domainkey.example.com", found: ["p="] }] }, ["DNS-DKIM"]],
    ["a block list", { listed: [{ list: "bl.example.net", answer: "127.0.0.2" }] }, ["block-list"]],
  ])("%s", (_what, change, expected) => expect(found({ ...good, ...change })).toEqual(expected));

  test("without any answer there is one finding, which names what was asked", () => {
    const records = all.map((one) => ({ ...one, found: undefined, spf: undefined }));
    const [finding, ...more] = findings({ ...good, records, aaaa: undefined, names: undefined });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ id: "dns-silent", severity: "warning" });
    for (const { name } of all) expect(finding!.what).toContain(name);
  });

  test("an SPF that cannot be evaluated is no pass", () => {
    expect(found({ ...good, ...otherwise(spf({ spf: undefined })) })).toEqual(["dns-silent"]);
  });

  test("a wrong address is not said once more of the SPF records that name it", () => {
    const failing = [a({ found: [] }), ownSpf({ spf: "fail" }), spf({ spf: "softfail" })];
    expect(found({ ...good, records: failing })).toEqual(["DNS-A"]);
  });
});

describe("the record to publish", () => {
  const only = (change: Partial<Naming>) => {
    const [finding, ...more] = findings({ ...good, ...change });
    expect(more).toEqual([]);
    return finding!;
  };

  test("is the stack's own, with its reason", () => {
    const { todo, record: exact } = only(otherwise(mx({ found: [] })));
    expect(todo).toBe("publish relay.example.com MX 10 relay.example.com. (A reason.)");
    expect(exact).toEqual({ name: host, type: "MX", value: `10 ${host}.`, ttl: 3600 });
  });

  test("is the domain's one SPF record with the relay in it", () => {
    const published = "v=spf1 include:spf.example.net -all";
    const { todo, record: exact } = only(otherwise(spf({ found: [published], spf: "fail" })));
    expect(exact?.value).toBe(`v=spf1 a:${host} include:spf.example.net -all`);
    expect(todo).toBe(`publish ${domain} TXT v=spf1 a:${host} include:spf.example.net -all`);
  });
});
