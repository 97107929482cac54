import { issuesOf } from "../fixtures";

const dane = { host: "smtp.example.net", tls: "dane" } as const;

const cases: [string, object, string, string][] = [
  [
    "something that is no group",
    { resolver: true },
    "resolver",
    "true is not a group of options; give {} for its defaults, or leave it out",
  ],
  [
    "a forwarder by name",
    { resolver: { forwarders: ["192.0.2.53", "dns.example.net"] } },
    "resolver.forwarders[1]",
    '"dns.example.net" is not an IP address; give it without port, name or range, for example 192.0.2.53',
  ],
  [
    "a range of forwarders",
    { resolver: { forwarders: ["192.0.2.0/24"] } },
    "resolver.forwarders[0]",
    '"192.0.2.0/24" is not an IP address; give it without port, name or range, for example 192.0.2.53',
  ],
  [
    "the host's own stub",
    { resolver: { forwarders: ["127.0.0.53"] } },
    "resolver.forwarders[0]",
    '"127.0.0.53" is the host itself, which is to do the asking; give a resolver of the network',
  ],
  [
    "IPv6 where there is none",
    { resolver: { forwarders: ["2001:db8::53"] } },
    "resolver.forwarders[0]",
    '"2001:db8::53" is an IPv6 address, which the host does not use unless inetProtocols is all',
  ],
  [
    "everything taken without a signature",
    { resolver: { insecureDomains: ["."] } },
    "resolver.insecureDomains[0]",
    '"." is not a domain, for example corp.example.com',
  ],
  [
    "DANE without a resolver",
    { relayHost: dane },
    "relayHost.tls",
    '"dane" needs answers that DNSSEC vouches for; give resolver, {} for its defaults, or use verified',
  ],
  [
    "DANE for an address",
    { resolver: {}, relayHost: { ...dane, host: "192.0.2.9" } },
    "relayHost.tls",
    '"dane" needs a name to find TLSA records by, and host is an address; use required',
  ],
];

test.each(cases)("%s is refused", (_, change, path, message) => {
  expect(issuesOf(change)).toEqual([{ path, message }]);
});

test.each<[string, object]>([
  ["all defaults", { resolver: {} }],
  ["IPv6 forwarders where there is IPv6", { resolver: { forwarders: ["2001:db8::53"] }, inetProtocols: "all" }],
  ["domains of the inside", { resolver: { forwarders: ["192.0.2.53"], insecureDomains: ["corp", "10.in-addr.arpa"] } }],
  ["DANE for every kind of smart host", { resolver: {}, relayRoutes: [{ senders: ["@a.example"], relayHost: dane }] }],
])("%s pass", (_, change) => {
  expect(issuesOf(change)).toEqual([]);
});
