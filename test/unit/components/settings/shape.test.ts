import * as pulumi from "@pulumi/pulumi";
import { inspect } from "../../../../components/settings/inspect";
import { fullInput, issuesOf } from "../fixtures";

test.each<[object, string, string]>([
  [
    { limits: { recipientPerHour: 10 } },
    "limits.recipientPerHour",
    "is not an option; did you mean recipientsPerHour?",
  ],
  [{ listeners: { submision: true } }, "listeners.submision", "is not an option; did you mean submission?"],
  [{ driftChek: true }, "driftChek", "is not an option; did you mean driftCheck?"],
  [{ MYHOSTNAME: "a" }, "MYHOSTNAME", "is not an option; did you mean myHostname?"],
  [
    { listeners: { pop3: true } },
    "listeners.pop3",
    "is not an option; use one of smtp, submission, submissions, alternate",
  ],
  [{ users: [{ login: "a", pasword: "canary" }] }, "users[0].pasword", "is not an option; did you mean password?"],
  [{ droplet: { ...fullInput().droplet, sshkey: {} } }, "droplet.sshkey", "is not an option; did you mean sshKey?"],
  [JSON.parse('{"__proto__": 1}') as object, "__proto__", "is not an option; use one of "],
  [{ listeners: { smtp: "no" } }, "listeners.smtp", '"no" is not a flag; use true or false, without quotes'],
  [
    { myNetworks: "192.0.2.0/28" },
    "myNetworks",
    '"192.0.2.0/28" is not a list; write [...], also around a single value',
  ],
  [{ users: [null] }, "users[0]", "null is not a group of options; its options are login, password, "],
  [{ users: { login: "a" } }, "users", "an object is not a list; "],
  [{ users: '[{"login":"a","password":"canary"}]' }, "users", "text is not a list; "],
  [
    { users: [{ login: 12345 }] },
    "users[0].login",
    '12345 is a number where text is needed; quote it: "12345" (with pulumi config set --path, add --type string)',
  ],
  [{ users: [{ login: true }] }, "users[0].login", 'true is a flag where text is needed; quote it: "true"'],
  [{ myNetworks: ["192.0.2.0/28", null] }, "myNetworks[1]", "null is not text"],
  [{ logDays: "7" }, "logDays", '"7" is not a number; write it in digits, without quotes'],
  [{ limits: true }, "limits", "true is not a group of options; give {} for its defaults, or leave it out"],
  [
    { limits: { ban: null } },
    "limits.ban",
    "null is not a group of options; give {} for its defaults, or leave it out",
  ],
  [{ aliases: ["root"] }, "aliases", "a list is not a map of names to values"],
  [{ postfixParameters: { maximal_queue_lifetime: 5 } }, "postfixParameters.maximal_queue_lifetime", "5 is a number "],
  [{ limits: new Map([["recipients", 5]]) }, "limits", "an object is not a group of options; "],
  [{ alwaysBcc: 5n }, "alwaysBcc", "5 is not text"],
  [{ users: [{ login: "alice", password: null }] }, "users[0].password", "is not text; put it in quotes"],
  [{ alerts: { webhook: 5 } }, "alerts.webhook", "is not text; put it in quotes"],
  [
    { droplet: { region: "fra1", sshSources: ["192.0.2.1/32"], sshKey: { fingerprint: "aa:bb", privateKey: NaN } } },
    "droplet.sshKey.privateKey",
    "is not text; put it in quotes",
  ],
  [
    { rewriting: { canonical: [{ from: "a@b.example" }] } },
    "rewriting.canonical[0].to",
    "missing; The address put in its place",
  ],
  [{ headerChecks: [{ action: "remove" }] }, "headerChecks[0].header", "missing; The header's name, in any case"],
  [{ users: [{}] }, "users[0].login", "missing; The name the client authenticates with, without realm"],
  [{ sasl: { mechanisms: ["PLAIN", "GSSAPI"] } }, "sasl.mechanisms[1]", '"GSSAPI" is not possible; use PLAIN, LOGIN, '],
])("%j is refused by path, with what is allowed", (change, path, message) => {
  expect(issuesOf(change)).toEqual([{ path, message: expect.stringContaining(message) as string }]);
  expect(issuesOf(change)[0]?.message.startsWith(message.slice(0, 4))).toBe(true);
  expect(JSON.stringify(issuesOf(change))).not.toContain("canary");
});

test.each([null, undefined, 5, "text", [], () => 1])("arguments that are %p are refused", (args) => {
  expect(inspect(args).issues).toEqual([
    { path: "arguments", message: expect.stringContaining("is not a group of options") as string },
  ]);
});

test("one call names wrong kinds, unknown options and what deeper checks find", () => {
  const change = {
    listeners: { smtp: "no" },
    limitz: {},
    myNetworks: [5, "0.0.0.0/0"],
    logDays: -1,
    [Symbol("note")]: 1,
  };
  expect(issuesOf(change).map(({ path }) => path)).toEqual([
    "limitz",
    '["Symbol(note)"]',
    "myNetworks[0]",
    "listeners.smtp",
    "myNetworks[1]",
    "logDays",
  ]);
});

const output = pulumi.output("later");
const isPending = (value: unknown) => pulumi.Output.isInstance(value) || value instanceof Promise;
const openIssues = (change: object) => inspect({ ...fullInput(), ...change }, isPending).issues;

test("a list of Outputs and values keeps its positions", () => {
  expect(openIssues({ myNetworks: [output, "0.0.0.0/0"] }).map(({ path }) => path)).toEqual(["myNetworks[1]"]);
});

test.each(["users", "listeners", "dkim", "droplet", "relayHost", "manageDns", "driftCheck"])(
  "%s decides which resources exist, so it cannot be an Output",
  (option) => {
    expect(openIssues({ [option]: output })).toEqual([
      { path: option, message: expect.stringMatching(/^is an Output, but decides which resources exist/) as string },
    ]);
  },
);

test.each<object>([
  { myNetworks: output, users: [] },
  { myHostname: "relay.example", myDomain: output },
  { relayHost: { preset: output, region: "eu-west-1", login: output, password: true } },
  { relayHost: { host: "smtp.example.net", tls: "dane" }, resolver: output },
  { resolver: { forwarders: ["2001:db8::53"] }, inetProtocols: output },
  { sasl: { threads: 3, passwordCheck: output } },
  { sasl: { mechanisms: [output] } },
  { alerts: { mail: output } },
  { postfixParameters: { mailbox_size_limit: output }, limits: { messageSize: 90_000_000 } },
  { aliases: { root: output }, headerChecks: output, rewriting: { canonical: [output] } },
])("%# nothing is said against what may be right once it is known", (change) => {
  expect(openIssues(change)).toEqual([]);
});
