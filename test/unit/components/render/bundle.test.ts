import { createHash } from "node:crypto";
import { renderBundle, unsupported } from "../../../../components/render/bundle";
import { parseFacts } from "../../../../components/postfix/facts";
import { ProbePlan } from "../../../../components/proof/dialogue";
import { proofPlan, smokePlan, trialPlan } from "../../../../components/proof/probes";
import { strangerAddress } from "../../../../components/proof/strangers";
import { renderUserDatabase, userDatabasePairs } from "../../../../components/postfix/sasl";
import { createAuthority } from "../../../authority";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullSettings } from "../fixtures";

const facts = factsOf["3.7"]!;
const password = "canary-smart-host";

test("a supplied certificate's key is in one file, which is no part of a generation", () => {
  const root = createAuthority();
  const { certificate, privateKey } = root.issue("relay.example.com");
  const settings = fullSettings({ tls: { certificate: true, privateKey: true } });
  const bundle = renderBundle(settings, facts, { certificate: { certificate, privateKey } });
  const keyLine = privateKey.split("\n")[1]!;
  expect(bundle.files.filter(({ body }) => body.includes(keyLine))).toEqual([
    expect.objectContaining({ path: "supplied.pem", mode: 0o600 }),
  ]);
  const renewed = root.issue("relay.example.com");
  expect(renderBundle(settings, facts, { certificate: renewed }).generation).toBe(bundle.generation);
});

test("the same settings give the same generation, another setting another one", () => {
  const first = renderBundle(fullSettings(), facts, { relayHostPassword: password });
  expect(renderBundle(fullSettings(), facts, { relayHostPassword: password })).toEqual(first);
  const other = renderBundle(fullSettings({ myNetworks: [] }), facts, { relayHostPassword: password });
  expect(other.generation).not.toBe(first.generation);
});

test("a changed smart-host password is a new generation", () => {
  const first = renderBundle(fullSettings(), facts, { relayHostPassword: password });
  const rotated = renderBundle(fullSettings(), facts, { relayHostPassword: "other" });
  expect(rotated.generation).not.toBe(first.generation);
});

test("the smart-host password is installed in one file, and like the plan that tries it readable to root alone", () => {
  const holding = renderBundle(fullSettings(), facts, { relayHostPassword: password }).files.filter(({ body }) =>
    body.includes("canary"),
  );
  expect(holding.map(({ path, mode }) => [path, mode])).toEqual([
    ["etc/relay_password", 0o600],
    ["preflight.plan", 0o600],
  ]);
  expect(holding[0]?.body).toBe("[smtp.example.net]:2525 account:canary-smart-host\n");
});

test("the trial asks every listener both questions", () => {
  const { files } = renderBundle(fullSettings(), facts, { relayHostPassword: password });
  const plan = JSON.parse(files.find(({ path }) => path === "trial.plan")!.body) as ProbePlan;
  expect(plan.dialogues.map(({ name }) => name)).toEqual([
    "mynetworks may send on 25",
    "a stranger may not relay on 25",
    "a login may send on 587",
    "a login may not send as somebody else on 587",
    "a stranger may not relay on 587",
  ]);
});

const trialUser = { login: "trial", password: "trial" };
const commands = (plan: ProbePlan, name: string) =>
  plan.dialogues.find((dialogue) => dialogue.name === name)!.steps.map(({ command, expect }) => [command, expect]);

const relayForms = [
  ["MAIL FROM:<postmaster@example.com>", 250],
  ["RCPT TO:<probe@relay-probe.invalid>", 554],
  ["RCPT TO:<postmaster@relay-probe.invalid>", 554],
  ["RCPT TO:<probe%relay-probe.invalid@relay.example.com>", 554],
];
const ownPostmaster = [
  ["RCPT TO:<postmaster@relay.example.com>", 554],
  ["RCPT TO:<postmaster>", 554],
];
const pretended = [
  ["XCLIENT ADDR=198.51.100.9", 220],
  ["EHLO relay.example.com", 250],
];

test("strangers are asked for the forms in which relays are left open, and where a login is needed for the own postmaster too", () => {
  const smoke = smokePlan(fullSettings());
  expect(commands(smoke, "a stranger may not relay on 25")).toEqual(relayForms);
  expect(commands(smoke, "a stranger may not relay on 587")).toEqual([...relayForms, ...ownPostmaster]);
});

test("where the probe is no stranger itself it becomes one by the relay's own name", () => {
  const trial = trialPlan(fullSettings(), trialUser);
  expect(commands(trial, "a stranger may not relay on 25")).toEqual([...pretended, ...relayForms]);
  expect(commands(trial, "a stranger may not relay on 587")).toEqual([...pretended, ...relayForms, ...ownPostmaster]);
  expect(commands(smokePlan(fullSettings()), "198.51.100.9 may not relay")).toEqual([...pretended, ...relayForms]);
});

test.each([
  [{}, "mynetworks may send on 25"],
  [{ listeners: { smtp: false } }, "a login may send on 587"],
])("with %j the trial sends one message, in a dialogue that may, and no other plan sends any", (change, name) => {
  const settings = fullSettings(change);
  const sending = ({ dialogues }: ProbePlan) =>
    dialogues.filter(({ steps }) => steps.some(({ command }) => command === "DATA"));
  const trial = trialPlan(settings, trialUser);
  expect(sending(trial).map((dialogue) => dialogue.name)).toEqual([name]);
  expect(commands(trial, name)).toEqual([
    ["MAIL FROM:<trial@relay-probe.invalid>", 250],
    ["RCPT TO:<probe@relay-probe.invalid>", 250],
    ["RCPT TO:<sink@relay-probe.invalid>", 250],
    ["DATA", 354],
    [".", 250],
  ]);
  expect(sending(smokePlan(settings))).toEqual([]);
  expect(sending(proofPlan(settings, [trialUser]))).toEqual([]);
});

test("the proof logs in as each user with each mechanism, and only then with a wrong password", () => {
  const users = [
    { login: "alice", password: "one" },
    { login: "printer", password: "two" },
  ];
  const names = proofPlan(fullSettings(), users).dialogues.map(({ name }) => name);
  expect(names).toEqual([
    "alice logs in with PLAIN on 587",
    "alice logs in with LOGIN on 587",
    "printer logs in with PLAIN on 587",
    "printer logs in with LOGIN on 587",
    "alice@example.com logs in on 587",
    "a wrong password is refused on 587",
    "AUTH before TLS is refused on 587",
    "a stranger may not relay on 25",
    "XCLIENT and XFORWARD are refused on 25",
    "a stranger may not relay on 587",
    "XCLIENT and XFORWARD are refused on 587",
    "198.51.100.9 may not relay",
  ]);
});

test("of many users the proof logs in as twenty, spread over the list, and has all passwords compared", () => {
  const users = Array.from({ length: 1000 }, (_, index) => ({ login: `user${index}`, password: `secret ${index}` }));
  const proved = (count: number) => {
    const plan = proofPlan(fullSettings(), users.slice(0, count));
    const logins = plan.dialogues.flatMap(({ name }) => /^(\S+) logs in with PLAIN/.exec(name)?.[1] ?? []);
    return { logins, stored: plan.stored };
  };
  expect(proved(20).logins).toEqual(users.slice(0, 20).map(({ login }) => login));
  expect(proved(20).stored?.name).toBe("the user database holds all 20 users with their passwords");
  const { logins, stored } = proved(1000);
  expect(logins).toHaveLength(20);
  expect(new Set(logins).size).toBe(20);
  expect([logins[0], logins[10], logins[19]]).toEqual(["user0", "user526", "user999"]);
  expect(stored?.name).toBe("the user database holds all 1000 users with their passwords; 20 of them logged in");
  expect(stored?.pairs).toHaveLength(1000);
  expect(stored?.pairs).toContainEqual([
    Buffer.from("user500\0example.com\0userPassword").toString("hex"),
    Buffer.from("secret 500").toString("hex"),
  ]);
});

test("the stranger is never one of mynetworks", () => {
  expect(strangerAddress(["192.0.2.0/24", "198.51.100.0/24"], 4)).toBe("203.0.113.9");
  expect(strangerAddress(["[2001:db8::]/32"], 6)).toBe("3fff::9");
});

const { sasl } = fullSettings();

test("the user database is the same whatever the order of users", () => {
  const alice = { login: "alice", password: "pä ss" };
  const bob = { login: "bob", password: "x" };
  const text = renderUserDatabase([bob, alice], sasl);
  expect(text).toBe(renderUserDatabase([alice, bob], sasl));
  expect(text.split("\n").slice(4, 6)).toEqual([
    ` ${Buffer.from("alice\0example.com\0userPassword").toString("hex")}`,
    ` ${Buffer.from("pä ss").toString("hex")}`,
  ]);
});

test("a user is under every realm, with the same passwords", () => {
  const alice = { login: "alice", password: "new", previousPassword: "old" };
  const also = fullSettings({ sasl: { alsoRealms: ["relay.example.com", "old.example"] } });
  const keys = userDatabasePairs([alice], also.sasl).map(([key]) => Buffer.from(key, "hex").toString().split("\0"));
  expect(keys.map(([, realm]) => realm).sort()).toEqual(
    ["example.com", "old.example", "relay.example.com"].flatMap((realm) => [realm, realm]),
  );
  expect(
    new Set(
      userDatabasePairs([alice], also.sasl)
        .filter(([key]) => key.endsWith(hexOf("userPassword")))
        .map(([, value]) => value),
    ),
  ).toEqual(new Set([hexOf("new")]));
  const names = proofPlan(also, [alice]).dialogues.map(({ name }) => name);
  expect(names).toContain("alice@relay.example.com logs in on 587");
  expect(names).toContain("alice@old.example logs in on 587");
});

const hexOf = (text: string) => Buffer.from(text).toString("hex");

test("a previous password is a second entry, hashed as Cyrus SASL compares it", () => {
  const alice = { login: "alice", password: "new", previousPassword: "öld" };
  const [, , , , key, value] = renderUserDatabase([alice], sasl).split("\n");
  expect(Buffer.from(key!.trim(), "hex").toString()).toBe("alice\0example.com\0cmusaslsecretPLAIN");
  const secret = Buffer.from(value!.trim(), "hex");
  const [salt, digest] = [secret.subarray(0, 16), secret.subarray(17)];
  expect(secret[16]).toBe(0);
  expect(digest).toEqual(createHash("md5").update(salt).update("sasldböld").digest());
});

test.each<[RelayInput["sasl"], string, string]>([
  [{}, "sasldb_path: /sasl/relay.db", "sasl/relay.db"],
  [{ database: "shared" }, "sasldb_path: /etc/mail-relay/sasldb2", "etc/mail-relay/sasldb2"],
  [{ passwordCheck: "saslauthd" }, "pwcheck_method: saslauthd", "sasl/relay.db"],
])("with %j the trial has users of its own where smtpd looks for them", (sasl, line, database) => {
  const { files } = renderBundle(fullSettings({ sasl }), facts, { relayHostPassword: password });
  const body = (path: string) => files.find((file) => file.path === path)?.body;
  expect(body("etc/sasl/smtpd.conf")).toContain(line);
  expect(body("trial.database")).toBe(database);
  expect(body("trial/sasl/smtpd.conf")).toContain(`sasldb_path: /${database}\n`);
});

test("what the host does not ship is refused by option path, with what it has", () => {
  const settings = fullSettings({ sasl: { mechanisms: ["PLAIN", "NTLM"] } });
  expect(unsupported(settings, facts)).toEqual([]);
  const without = { ...facts, mechanisms: ["PLAIN", "LOGIN"] };
  expect(unsupported(settings, without)).toEqual([
    { path: "sasl.mechanisms[1]", message: "debian 12 ships no NTLM; it has PLAIN, LOGIN" },
  ]);
});

test("facts that are not facts are refused with what was said instead", () => {
  expect(() => parseFacts("E: Unable to locate package")).toThrow(/not end with its facts.*Unable to locate/);
  expect(() => parseFacts('{"release":"debian 12"}')).toThrow(/incomplete/);
});
