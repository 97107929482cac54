import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { services } from "../../../../components/services/list";
import { headerSenders } from "../../../../components/settings/headerFrom";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { fullSettings, issuesOf } from "../fixtures";

const components = join(PROJECT_ROOT, "components");

/** Asks for each message, as a login and its headers, what the program says to it. */
const asker = `
import json, sys
sys.path[:0] = sys.argv[1:]
import header_from
config = {"realms": ["Example.com", "relay.example.com"], "logins": {
    "Alice": ["alice@example.com", "kate@example.com", "@news.example"], "gateway": ["any"], "none": []}}
owners = header_from.Owners(config)
print(json.dumps([owners.complaint(login, [(name.lower(), value) for name, value in headers])
    for login, headers in json.load(sys.stdin)]))
`;

type Message = [login: string, headers: [name: string, value: string][]];

function complaints(messages: Message[]): (string | null)[] {
  const folders = [join(components, "services", "headerFrom"), join(components, "host")];
  const output = execFileSync("python3", ["-B", "-c", asker, ...folders], {
    input: JSON.stringify(messages),
    encoding: "utf8",
  });
  return JSON.parse(output) as (string | null)[];
}

/** What is said to each From header of alice's. */
function ofAlice(values: string[]): Record<string, string | null> {
  const said = complaints(values.map((value) => ["alice", [["From", value]]]));
  return Object.fromEntries(values.map((value, index) => [value, said[index]!]));
}

const readable = [
  "alice@example.com",
  "<alice@example.com>",
  " Alice Example <ALICE@example.COM> ",
  '"Example, Alice" <alice@example.com>',
  "Alice Q. Example <alice@example.com>",
  "alice+shop@example.com",
  "editor@news.example",
  "alice@example.com, Editor <editor@news.example>",
  "alice@example.com (Alice (of Example) \\( )",
  "(Alice) alice@example.com",
  '"alice"@example.com',
  "=?utf-8?q?ceo=40example.com?= <alice@example.com>",
  '"ceo@example.com" <alice@example.com>',
  "Alice\r\n <alice@example.com>",
  "alice@example.com <alice@example.com>",
  "Ädöß Ünal <alice@example.com>",
];

test("a From header of the login's own passes, in every form", () => {
  expect(ofAlice(readable)).toEqual(Object.fromEntries(readable.map((value) => [value, null])));
});

const foreign: Record<string, string> = Object.fromEntries([
  ["ceo@example.com", "ceo@example.com"],
  ["Alice <ceo@example.com>", "ceo@example.com"],
  ["alice@example.com, ceo@example.com", "ceo@example.com"],
  ["alice@example.com <ceo@example.com>", "ceo@example.com"],
  ["ceo@example.com <alice@example.com>", "ceo@example.com"],
  ["ceo(alice@example.com)@example.com", "ceo@example.com"],
  ["ceo@example.com (alice@example.com)", "ceo@example.com"],
  ["alice@example.com.evil.example", "alice@example.com.evil.example"],
  ["alice@sub.news.example", "alice@sub.news.example"],
  ['"alice@example.com"@other.example', "alice@example.com@other.example"],
  ["=?utf-8?q?alice=40example.com?=@other.example", "=?utf-8?q?alice=40example.com?=@other.example"],
  ["+alice@example.com", "+alice@example.com"],
  ["al+ice@example.com", "al+ice@example.com"],
  ["alice@[192.0.2.1]", "alice@[192.0.2.1]"],
  // A Kelvin sign, which becomes a k in lower case.
  ["\u212aate@example.com", "\u212aate@example.com"],
]);

test("a From header with a foreign address is refused, and the address named", () => {
  const refused = Object.entries(foreign).map(([value, found]) => [
    value,
    `<${found}>: From header rejected: not owned by user alice`,
  ]);
  expect(ofAlice(Object.keys(foreign))).toEqual(Object.fromEntries(refused));
});

const unreadable: [value: string, why: RegExp][] = [
  ["", /an address is missing/],
  [" \r\n ", /an address is missing/],
  ["(nothing)", /an address is missing/],
  ["alice", /no domain/],
  ["Alice <alice>", /no domain/],
  ["<>", /an address is missing/],
  ["alice@example.com,", /an address is missing/],
  ["Friends: alice@example.com;", /a group/],
  ["undisclosed-recipients:;", /a group/],
  ["<alice@example.com> ceo@example.com", /cannot be read/],
  ["<alice@example.com> <ceo@example.com>", /cannot be read/],
  ["<alice@example.com", /cannot be read/],
  ["alice@example.com>", /cannot be read/],
  ["<@a.example:alice@example.com>", /a group|cannot be read/],
  ["alice@example.com ceo@example.com", /cannot be read/],
  ["alice@ceo@example.com", /cannot be read/],
  ["alice@example.com.", /cannot be read/],
  ["al..ice@example.com", /cannot be read/],
  ['"alice@example.com', /cannot be read/],
  ["alice@example.com (", /a comment does not end/],
  ["alice@example.com)", /cannot be read/],
  ["alice@[192.0.2.1", /cannot be read/],
  ["alice@example.com\0, ceo@example.com", /control characters/],
  ["alice@example.com\nceo@example.com", /control characters/],
];

test("a From header that is no plain list of mailboxes is refused", () => {
  const said = unreadable.map(([value, why]) => [value, expect.stringMatching(why)] as const);
  expect(ofAlice(unreadable.map(([value]) => value))).toEqual(Object.fromEntries(said));
});

const own: [string, string] = ["From", "alice@example.com"];

const others: [what: string, Message, said: string | null][] = [
  ["no From", ["alice", []], "Message rejected: it has no From header"],
  ["two From headers", ["alice", [own, own]], "Message rejected: it has more than one From header"],
  [
    "two Sender headers",
    ["alice", [own, ["Sender", own[1]], ["Sender", own[1]]]],
    "Message rejected: it has more than one Sender header",
  ],
  [
    "a foreign Sender",
    ["alice", [own, ["Sender", "ceo@example.com"]]],
    "<ceo@example.com>: Sender header rejected: not owned by user alice",
  ],
  [
    "a foreign Resent-From",
    ["alice", [own, ["Resent-From", own[1]], ["Resent-From", "ceo@example.com"]]],
    "<ceo@example.com>: Resent-From header rejected: not owned by user alice",
  ],
  ["a login with its realm, in another case", ["ALICE@example.COM", [own]], null],
  ["a login with a further realm", ["alice@relay.example.com", [own]], null],
  ["a login of another realm", ["alice@other.example", [own]], expect.stringMatching(/not owned/) as string],
  ["a login that may send as any", ["gateway", [["From", "ceo@example.com"], own, ["Sender", ";"]]], null],
  ["a login that may send as none", ["none", [own]], expect.stringMatching(/not owned/) as string],
  ["a login that is not known", ["carol", [own]], expect.stringMatching(/not owned/) as string],
];

test("the other headers, and who is asked about", () => {
  const said = complaints(others.map(([, message]) => message));
  expect(others.map(([what], index) => [what, said[index]])).toEqual(
    others.map(([what, , expected]) => [what, expected]),
  );
});

test("headers are checked with dkim, by choice without it, and never for nobody", () => {
  const checked = (change: object) => services(fullSettings(change)).some(({ name }) => name === "header-from");
  expect(checked({})).toBe(false);
  expect(checked({ dkim: {} })).toBe(true);
  expect(checked({ headerFrom: "own" })).toBe(true);
  expect(checked({ headerFrom: "own", users: [], listeners: { submission: false } })).toBe(false);
  expect(issuesOf({ headerFrom: "any" })).toEqual([]);
  expect(issuesOf({ headerFrom: "any", dkim: {} })).toEqual([
    expect.objectContaining({ path: "headerFrom", message: expect.stringContaining("sign") as string }),
  ]);
});

test("a login's headers may also name what the relay itself writes in place of its addresses", () => {
  const senders = (allowedSenders: string[]) => {
    const rewriting = {
      senders: [
        { from: "alice@example.com", to: "Info@example.com" },
        { from: "@old.example", to: "@new.example" },
      ],
      canonical: [
        { from: "info@example.com", to: "desk@example.com" },
        { from: "@shop.example", to: "shop@example.com" },
        { from: "bob@new.example", to: "bob@example.com" },
      ],
    };
    const settings = fullSettings({ users: [{ login: "a", allowedSenders }], rewriting });
    return headerSenders(settings, settings.users[0]!);
  };
  expect(senders(["Alice@example.com"])).toEqual(["alice@example.com", "desk@example.com", "info@example.com"]);
  expect(senders(["bob@old.example"])).toEqual(["bob@example.com", "bob@new.example", "bob@old.example"]);
  expect(senders(["@old.example"])).toEqual(["@new.example", "@old.example", "bob@example.com"]);
  expect(senders(["x@shop.example"])).toEqual(["shop@example.com", "x@shop.example"]);
  expect(senders(["ceo@example.com"])).toEqual(["ceo@example.com"]);
});

test("the list travels with the realm, beside the trial's login, and another list needs no restart", () => {
  const files = (change: object) =>
    services(fullSettings({ headerFrom: "own", ...change })).find(({ name }) => name === "header-from")!.files;
  const config = (change: object) =>
    JSON.parse(files(change).find(({ path }) => path.endsWith(".json"))!.body) as object;
  expect(config({ users: [{ login: "alice" }, { login: "trial", allowedSenders: ["any"] }] })).toEqual({
    realms: ["example.com"],
    logins: { alice: ["alice@example.com"], trial: ["any", "trial@relay-probe.invalid"] },
  });
  const units = (change: object) => files(change).filter(({ path }) => path.startsWith("/etc/systemd/"));
  expect(units({ users: [{ login: "bob" }] })).toEqual(units({}));
});
