import { RelayInput } from "../../../../components/settings/settings";
import { fullSettings, issuesOf } from "../fixtures";

const cases: [string, object, string, RegExp][] = [
  ["half a byte", { limits: { messageSize: 100_000.5 } }, "limits.messageSize", /^100000.5 is not a number of bytes/],
  ["no message size", { limits: { messageSize: 0 } }, "limits.messageSize", /whole number from 65536 to 2147483647$/],
  ["too few recipients", { limits: { recipients: 99 } }, "limits.recipients", /from 100 to/],
  ["fewer than none", { limits: { recipientsPerHour: -1 } }, "limits.recipientsPerHour", /or 0 for no limit$/],
  ["too few for a deploy", { limits: { connections: 9 } }, "limits.connections", /from 10 to .* or 0/],
  ["text", { limits: { authPerMinute: "6" } }, "limits.authPerMinute", /^"6" is not a number; write it in digits/],
  ["a login's text", { users: [{ login: "a", recipientsPerHour: NaN }] }, "users[0].recipientsPerHour", /not a number/],
  ["everybody exempt", { limits: { exempt: ["0.0.0.0/0"] } }, "limits.exempt[0]", /nearly nobody limited/],
  ["a name", { limits: { exempt: ["office"] } }, "limits.exempt[0]", /not an address/],
  [
    "a device outside of myNetworks",
    { myNetworks: ["192.0.2.0/28"], limits: { noStartTls: ["192.0.2.0/27"] } },
    "limits.noStartTls[0]",
    /^"192\.0\.2\.0\/27" lies in no network of myNetworks/,
  ],
  ["a device that is none", { limits: { noStartTls: ["printer"] } }, "limits.noStartTls[0]", /is not an address/],
  [
    "a device of which bits are set beyond the prefix",
    { limits: { noStartTls: ["192.0.2.5/29"] } },
    "limits.noStartTls[0]",
    /write 192\.0\.2\.0\/29/,
  ],
  [
    "a device without the port it sends through",
    { listeners: { smtp: false }, limits: { noStartTls: ["192.0.2.5"] } },
    "limits.noStartTls[0]",
    /switch on listeners\.smtp/,
  ],
  [
    "a scanner outside of myNetworks",
    { myNetworks: ["192.0.2.0/28"], limits: { bareNewline: ["198.51.100.1"] } },
    "limits.bareNewline[0]",
    /^"198\.51\.100\.1" lies in no network of myNetworks/,
  ],
  ["a scanner that is none", { limits: { bareNewline: ["scanner"] } }, "limits.bareNewline[0]", /is not an address/],
  [
    "the same parameter twice",
    {
      limits: { noStartTls: ["192.0.2.5"] },
      postfixParameters: { smtpd_discard_ehlo_keyword_address_maps: "cidr:/etc/x" },
    },
    "postfixParameters.smtpd_discard_ehlo_keyword_address_maps",
    /limits\.noStartTls/,
  ],
  ["a ban that is true", { limits: { ban: true } }, "limits.ban", /give \{\} for its defaults/],
  ["a ban at once", { limits: { ban: { failures: 0 } } }, "limits.ban.failures", /from 1 to/],
  [
    "a message bigger than a mailbox",
    { limits: { messageSize: 51_200_001 } },
    "limits.messageSize",
    /bigger than a mailbox.*mailbox_size_limit/,
  ],
  [
    "a mailbox smaller than a message",
    { postfixParameters: { mailbox_size_limit: "26214399" } },
    "postfixParameters.mailbox_size_limit",
    /bigger than a mailbox/,
  ],
  ["mailboxes nowhere", { mailboxes: {} }, "mailboxes.host", /missing/],
  ["mailboxes by address", { mailboxes: { host: "imap" } }, "mailboxes.host", /"imap" is not a host name/],
  ["a mailbox port", { mailboxes: { host: "imap.example.com", port: 0 } }, "mailboxes.port", /not a TCP port/],
  [
    "a user name of two words",
    { mailboxes: { host: "imap.example.com", userName: "a b" } },
    "mailboxes.userName",
    /%EMAILADDRESS%/,
  ],
];

test.each(cases)("%s is refused with option, value and way out", (_, change, path, message) => {
  const issues = issuesOf(change);
  expect(issues.map((issue) => issue.path)).toEqual([path]);
  expect(issues[0]?.message).toMatch(message);
});

test.each<Partial<RelayInput>>([
  { limits: { messageSize: 51_200_000 } },
  { limits: { messageSize: 51_200_001 }, postfixParameters: { mailbox_size_limit: "0" } },
  { limits: { messageSize: 90_000_000 }, postfixParameters: { mailbox_size_limit: "90000000" } },
  { limits: { connections: 0, connectionsPerMinute: 0, authPerMinute: 0, recipientsPerHour: 0, ban: {} } },
])("%j is possible", (change) => {
  expect(issuesOf(change)).toEqual([]);
});

test("what is not given has its default, and a login takes the relay's", () => {
  const { limits, users } = fullSettings({
    users: [{ login: "alice" }, { login: "shop", recipientsPerHour: 0 }],
    limits: { recipientsPerHour: 50, exempt: ["2001:db8::/48", "192.0.2.7"], ban: { failures: 3 } },
  });
  expect(limits).toEqual({
    messageSize: 26_214_400,
    recipients: 1000,
    recipientsPerHour: 50,
    connections: 25,
    connectionsPerMinute: 0,
    authPerMinute: 0,
    exempt: ["[2001:db8::]/48", "192.0.2.7/32"],
    noStartTls: [],
    bareNewline: [],
    ban: { failures: 3, withinMinutes: 10, banMinutes: 60 },
  });
  expect(users.map(({ recipientsPerHour }) => recipientsPerHour)).toEqual([50, 0]);
  expect(fullSettings().limits.ban).toBeUndefined();
});

test("an address gets a quarter of a listener's connections, but what a deploy needs", () => {
  const connections = (limit: string) =>
    fullSettings({ postfixParameters: { default_process_limit: limit } }).limits.connections;
  expect([connections("400"), connections("20"), connections("many")]).toEqual([100, 10, 25]);
});

test("a device without STARTTLS may be an address or a range of either version, within a network", () => {
  const noStartTls = ["192.0.2.5", "192.0.2.8/30", "2001:db8:0:1::/64", "::ffff:192.0.2.1"];
  expect(issuesOf({ limits: { noStartTls } })).toEqual([]);
  expect(issuesOf({ limits: { noStartTls: ["2001:db8::/47"] } })).toHaveLength(1);
  expect(issuesOf({ limits: { noStartTls: ["198.51.100.1"] } })).toHaveLength(1);
});
