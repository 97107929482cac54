import { generateKeyPairSync } from "node:crypto";
import { RelayInput } from "../../../../components/settings/settings";
import { validateSecrets } from "../../../../components/settings/validate";
import { issuesOf } from "../fixtures";

const selectors = [{ selector: "relay1" }];

const cases: [string, object, string, RegExp][] = [
  ["no domain", { dkim: { domains: [] } }, "dkim.domains", /leave it out to sign for myDomain/],
  ["a bad domain", { dkim: { domains: ["example"] } }, "dkim.domains[0]", /"example" is not a domain name/],
  ["a domain twice", { dkim: { domains: ["a.example", "A.example"] } }, "dkim.domains[1]", /twice/],
  ["no selector", { dkim: { selectors: [] } }, "dkim.selectors", /one generated key/],
  ["a bad selector", { dkim: { selectors: [{ selector: "a_b" }] } }, "dkim.selectors[0].selector", /"a_b"/],
  ["a selector twice", { dkim: { selectors: [...selectors, ...selectors] } }, "dkim.selectors[1].selector", /twice/],
  [
    "milters beside the signer",
    { dkim: {}, postfixParameters: { smtpd_milters: "inet:127.0.0.1:1" } },
    "postfixParameters.smtpd_milters",
    /left to the signer/,
  ],
  ["a zone for nothing", { dns: { zone: "example.com" } }, "dns.zone", /only manageDns/],
  ["a time to live of 5", { dns: { ttl: 5 } }, "dns.ttl", /from 30 to 604800/],
  ["a block list's web site", { blockLists: ["https://x"] }, "blockLists[0]", /not a zone/],
  ["a bad web server", { dns: { autoconfigHost: "http://x" } }, "dns.autoconfigHost", /not a host name/],
  [
    "a name outside the zone",
    { manageDns: true, dkim: { domains: ["example.com", "other.example"] } },
    "dkim.domains[1]",
    /"other\.example" is not in example\.com/,
  ],
  ["a relay outside the zone", { manageDns: true, dns: { zone: "ample.com" } }, "myHostname", /not in ample\.com/],
];

test.each(cases)("%s is refused with option, value and way out", (_, change, path, message) => {
  const issues = issuesOf(change);
  expect(issues[0]).toEqual({ path, message: expect.stringMatching(message) as string });
});

test("manageDns needs a host's address, not its name", () => {
  const host = { address: "relay.example.com", hostKey: "ssh-ed25519 AAAA", privateKey: true };
  const issues = issuesOf({ manageDns: true, droplet: undefined, host });
  expect(issues.map(({ path }) => path)).toEqual(["host.address"]);
});

test.each<Partial<RelayInput>>([
  { dkim: {} },
  { dkim: { domains: ["a.example", "b.example"], selectors: [{ selector: "r1" }, { selector: "r2" }] } },
  { manageDns: true, dkim: { domains: ["example.com", "news.example.com"] } },
  { postfixParameters: { smtpd_milters: "inet:127.0.0.1:1" } },
  { dns: { policies: true, ttl: 300, autoconfigHost: "www.example.com" } },
])("nothing is wrong with %j", (change) => {
  expect(issuesOf(change)).toEqual([]);
});

const rsa = (modulusLength: number) =>
  generateKeyPairSync("rsa", { modulusLength }).privateKey.export({ type: "pkcs1", format: "pem" }) as string;

test("a private key is RSA with 2048 bits, and is never quoted", () => {
  const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const dkimKeys = [rsa(2048), rsa(1024), ed25519, "canary", undefined];
  const issues = validateSecrets({ passwords: [], dkimKeys });
  expect(issues.map(({ path }) => path)).toEqual([1, 2, 3].map((index) => `dkim.selectors[${index}].privateKey`));
  expect(JSON.stringify(issues)).not.toContain("canary");
});
