import type { DnsRecord } from "../../../../components";
import { lookUp, type Lookups } from "../../../../cli/doctor/dnsLookups";
import { sendingAddress, wantedRecords } from "../../../../cli/doctor/records";

const host = "relay.example.com";
const place = { hostname: host, address: "198.51.100.7" };

/** A small DNS by `TYPE name`; names that are not in it do not exist, and no server answers for `silent`. */
function world(records: Record<string, unknown[]>): Lookups {
  const ask = (type: string) => (name: string) => {
    if (name.startsWith("silent")) return Promise.reject(Object.assign(new Error("no answer"), { code: "ETIMEOUT" }));
    const answer = records[`${type} ${name}`];
    return answer
      ? Promise.resolve(answer as never)
      : Promise.reject(Object.assign(new Error(`${name} does not exist`), { code: "ENOTFOUND" }));
  };
  return {
    resolve: ((name: string, type: string) => ask(type)(name)) as unknown as Lookups["resolve"],
    resolve4: ask("A"),
    resolve6: ask("AAAA"),
    resolveCname: ask("CNAME"),
    resolveMx: ask("MX"),
    resolvePtr: ask("PTR"),
    resolveSrv: ask("SRV"),
    resolveTxt: ask("TXT"),
    reverse: (address) => ask("PTR")(`${address.split(".").reverse().join(".")}.in-addr.arpa`),
  };
}

const look = (type: string, value: string, dns: Record<string, unknown[]>, name = "example.com") =>
  lookUp(
    { ...place, records: [{ name, type, value, why: "" }], selectors: [], blockLists: ["bl.example.net"] },
    world(dns),
  );

test.each<[type: string, answer: unknown[], found: string[]]>([
  ["A", ["198.51.100.7"], ["198.51.100.7"]],
  ["CNAME", ["cdn.example.net"], ["cdn.example.net."]],
  ["PTR", ["relay.example.com"], ["relay.example.com."]],
  ["MX", [{ priority: 10, exchange: "mx.example.net" }], ["10 mx.example.net."]],
  ["MX", [{ priority: 0, exchange: "" }], ["0 ."]],
  ["SRV", [{ priority: 1, weight: 2, port: 587, name: host }], [`1 2 587 ${host}.`]],
  ["TXT", [["v=DKIM1; ", "p=abc"]], ["v=DKIM1; p=abc"]],
])("%s %j is written as zone files do", async (type, answer, found) => {
  const { records } = await look(type, "", { [`${type} example.com`]: answer });
  expect(records[0]!.found).toEqual(found);
});

test("a name that does not exist is told from a server that does not answer", async () => {
  expect((await look("A", "", {})).records[0]!.found).toEqual([]);
  expect((await look("A", "", {}, "silent.example.com")).records[0]!.found).toBeUndefined();
});

const addresses = { "A relay.example.com": ["198.51.100.7"], "A mx.example.net": ["198.51.100.7"] };
test.each<[records: string[], result: string | undefined]>([
  [[], "none"],
  [["v=spf1 a:relay.example.com ~all"], "pass"],
  [["v=spf1 ip4:203.0.113.77 -all"], "fail"],
  [["v=spf1 -all", "v=spf1 a:relay.example.com -all"], "permerror"],
  [["v=spf1 include:missing.example.net -all"], "permerror"],
  [["v=spf1 include:silent.example.net -all"], undefined],
  // Macros (RFC 7208, section 7) are expanded.
  [["v=spf1 exists:%{i}.allowed.example.net -all"], "pass"],
])("SPF %j for the relay: %s", async (texts, result) => {
  const dns = {
    ...addresses,
    "TXT example.com": texts.map((text) => [text]),
    "A 198.51.100.7.allowed.example.net": ["127.0.0.1"],
  };
  const { records } = await look("TXT", "v=spf1 a:relay.example.com ~all", dns);
  expect(records[0]!.spf).toBe(result);
});

test("a list has an address only by an answer that means so", async () => {
  const listed = async (...answers: string[]) =>
    (await look("A", "", { "A 7.100.51.198.bl.example.net": answers })).listed;
  expect(await listed("127.0.0.2")).toEqual([{ list: "bl.example.net", answer: "127.0.0.2" }]);
  // It does not serve this resolver, or a resolver makes up an address for the name.
  expect(await listed("127.255.255.254", "198.51.100.1")).toEqual([]);
});

describe("which records must be there", () => {
  const stack: DnsRecord[] = [
    { name: host, type: "A", value: "203.0.113.50", ttl: 3600, why: "" },
    { name: "7.100.51.198.in-addr.arpa", type: "PTR", value: `${host}.`, ttl: 3600, why: "" },
    { name: "example.com", type: "TXT", value: "v=spf1 a:relay.example.com ~all", ttl: 3600, why: "" },
  ];
  const lines = (records: { name: string; type: string; value: string }[]) =>
    records.map(({ name, type, value }) => `${name} ${type} ${value}`);

  test("those of the stack, and no others", () => {
    expect(wantedRecords(stack, place)).toEqual(stack);
    // The first is the reserved address, from which no mail leaves.
    expect(sendingAddress(stack)).toBe("198.51.100.7");
  });

  test("without a stack the host's own name and address", () => {
    expect(lines(wantedRecords([], place))).toEqual([
      "relay.example.com A 198.51.100.7",
      "7.100.51.198.in-addr.arpa PTR relay.example.com.",
    ]);
  });

  test("also the name that somebody has given the host since", () => {
    const wanted = wantedRecords(stack, { ...place, hostname: "mail.example.com" });
    expect(lines(wanted.slice(stack.length))).toEqual(["mail.example.com A 198.51.100.7"]);
  });
});
