import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { renderBundle } from "../../../../components/render/bundle";
import { dkimRecord } from "../../../../components/render/dkimKey";
import { dnsRecords } from "../../../../components/render/dnsRecords";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { packageNames } from "../../../../components/render/packages";
import { reputationPlan } from "../../../../components/proof/reputation";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const own = { clients: "198.51.100.7", sending: "198.51.100.7" };
const facts = factsOf["3.5"]!;

const lines = (change: Partial<RelayInput>, addresses = own, keys: string[] = []) =>
  dnsRecords(fullSettings(change), addresses, keys).map(({ name, type, value }) => `${name} ${type} ${value}`);

const why = (change: Partial<RelayInput>, role: string) =>
  dnsRecords(fullSettings(change), own, ["k"]).find((record) => record.role === role)!.why;

const direct = { relayHost: undefined };

test("a relay that delivers by itself needs these records", () => {
  const dkim = { selectors: [{ selector: "r2" }, { selector: "r1" }] };
  expect(lines({ ...direct, dkim, dns: { autoconfigHost: "www.example.com" } }, own, ["two", "one"])).toEqual([
    "relay.example.com A 198.51.100.7",
    "7.100.51.198.in-addr.arpa PTR relay.example.com.",
    "relay.example.com MX 10 relay.example.com.",
    "relay.example.com TXT v=spf1 a -all",
    "example.com TXT v=spf1 a:relay.example.com ~all",
    "_dmarc.example.com TXT v=DMARC1; p=none",
    "r2._domainkey.example.com TXT two",
    "r1._domainkey.example.com TXT one",
    "_submission._tcp.example.com SRV 1 1 587 relay.example.com.",
    "autoconfig.example.com CNAME www.example.com.",
  ]);
});

test("every domain that is signed for has its own, under roles that stay", () => {
  const dkim = { domains: ["example.com", "other.example"] };
  const roles = dnsRecords(fullSettings({ dkim }), own, ["k"]).map(({ role, name }) => `${role} ${name}`);
  expect(roles).toEqual(
    expect.arrayContaining([
      "dkim-relay1 relay1._domainkey.example.com",
      "dkim-relay1-1 relay1._domainkey.other.example",
      "spf-1 other.example",
      "dmarc-1 _dmarc.other.example",
    ]),
  );
  expect(new Set(roles).size).toBe(roles.length);
});

test("behind a smart host the texts say whose records count", () => {
  const dkim = {};
  expect(why({ dkim }, "spf")).toMatch(/smtp\.example\.net, so its record counts/);
  expect(why({ dkim }, "dkim-relay1")).toContain("smtp.example.net");
  expect(why({ dkim, ...direct }, "dkim-relay1")).not.toContain("smtp.example.net");
  expect(lines({})).toContain("relay.example.com TXT v=spf1 -all");
});

test("the reverse record is the sending address's, and beside a reserved one that has a record too", () => {
  const reserved = { clients: "203.0.113.1", sending: "198.51.100.7" };
  const both = lines(direct, reserved).slice(0, 3);
  expect(both).toEqual([
    "relay.example.com A 203.0.113.1",
    "relay.example.com A 198.51.100.7",
    "7.100.51.198.in-addr.arpa PTR relay.example.com.",
  ]);
  expect(lines({}, reserved)).not.toContain("relay.example.com A 198.51.100.7");
});

test("without port 25 the host says that it takes no mail, and 465 has a record where it is open", () => {
  const found = lines({ listeners: { smtp: false, submissions: true } });
  expect(found).toContain("relay.example.com MX 0 .");
  expect(found).toContain("_submissions._tcp.example.com SRV 0 1 465 relay.example.com.");
});

test("a host that is known by name has no address to record", () => {
  expect(lines({}, { clients: "relay.example.com", sending: "relay.example.com" })[0]).toMatch(/ MX /);
});

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }) as string;

test("the published key is the signing one's, and fits into DigitalOcean's 512 characters", () => {
  const record = dkimRecord(pem);
  const [, key = ""] = /^v=DKIM1; k=rsa; p=(.+)$/.exec(record) ?? [];
  const read = createPublicKey({ key: Buffer.from(key, "base64"), type: "spki", format: "der" });
  expect(read.equals(publicKey)).toBe(true);
  expect(record.length).toBeLessThan(512);
});

test("the keys are in files of their own for the signer's account, and the first one signs", () => {
  const dkim = { selectors: [{ selector: "r2" }, { selector: "r1" }] };
  const { files } = renderBundle(fullSettings({ dkim }), facts, { dkimKeys: ["canary-2", "canary-1"] });
  const folder = "services/signer/tree/etc/mail-relay-signer";
  expect(files.filter(({ body }) => body.includes("canary")).map(({ path, body, mode }) => [path, body, mode])).toEqual(
    [
      [`${folder}/r2.key`, "canary-2", 0o400],
      [`${folder}/r1.key`, "canary-1", 0o400],
    ],
  );
  expect(files.find(({ path }) => path === "services/signer/owners")?.body).toBe(
    "_rspamd:_rspamd etc/mail-relay-signer/r2.key\n_rspamd:_rspamd etc/mail-relay-signer/r1.key\n",
  );
  const { body } = files.find(({ path }) => path === `${folder}/rspamd.conf`)!;
  // The second is the trial's own domain.
  expect(body.match(/selector = .*/g)).toEqual([expect.stringContaining("r2.key"), expect.stringContaining("r2.key")]);
});

test.each([
  [26_214_400, 256, 27_262_976],
  [70_000_000, 396, 71_048_576],
])(
  "with messages of %d bytes the signer may have %d MiB, and takes all that Postfix takes",
  (messageSize, most, taken) => {
    const { files } = renderBundle(fullSettings({ dkim: {}, limits: { messageSize } }), facts, { dkimKeys: [pem] });
    const bodyOf = (end: string) => files.find(({ path }) => path.endsWith(end))?.body;
    expect(bodyOf("mail-relay-signer.service")).toContain(`\nMemoryMax=${most}M\n`);
    expect(bodyOf("rspamd.conf")).toContain(`\n  max_message = ${taken};\n`);
  },
);

test("Postfix asks the signer, and without one nothing changes", () => {
  const signed = renderMainCf(fullParts({ dkim: {} }), facts);
  expect(signed).toMatch(/^smtpd_milters = inet:127\.0\.0\.1:18891$/m);
  expect(signed).toMatch(/^milter_default_action = tempfail$/m);
  expect(renderMainCf(fullParts(), facts)).not.toMatch(/^(smtpd_milters|non_smtpd_milters|milter_\w+) =/m);
  expect(packageNames(fullParts())).not.toContain("rspamd");
  expect(packageNames(fullParts({ dkim: {} }))).toContain("rspamd");
});

test("only a relay that delivers by itself looks how receivers see it, and only in its proof", () => {
  const asked = fullParts({ ...direct, blockLists: ["bl.example.net"] });
  expect(reputationPlan(asked.settings)).toEqual({
    reputation: { hostname: "relay.example.com", lists: ["bl.example.net"] },
  });
  expect(reputationPlan(fullSettings())).toEqual({});
});

test("the library for DNS is there for whoever looks names up: the proof without a smart host, the preflight of one", () => {
  const needed = (change: Partial<RelayInput>) => packageNames(fullParts(change)).includes("python3-dnspython");
  expect([needed({}), needed({ preflight: "off" }), needed({ ...direct, preflight: "off" })]).toEqual([
    true,
    false,
    true,
  ]);
});

test("security updates come by themselves on a droplet, elsewhere when asked for", () => {
  const host = { address: "198.51.100.20", hostKey: "ssh-ed25519 AAAA" };
  expect(packageNames(fullParts())).toContain("unattended-upgrades");
  expect(packageNames(fullParts({ droplet: undefined, host }))).not.toContain("unattended-upgrades");
  expect(packageNames(fullParts({ unattendedUpgrades: false }))).not.toContain("unattended-upgrades");
});
