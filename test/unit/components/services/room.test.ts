import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { room } from "../../../../components/services/room/service";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { fullSettings } from "../fixtures";

const folders = ["services/room", "host"].map((name) => join(PROJECT_ROOT, "components", name));

function python<Result>(program: string, given: unknown): Result {
  const whole = `import json, sys\nsys.path[:0] = sys.argv[1:]\nimport room\ngiven = json.load(sys.stdin)\n${program}`;
  const input = JSON.stringify(given);
  return JSON.parse(execFileSync("python3", ["-B", "-c", whole, ...folders], { input, encoding: "utf8" })) as Result;
}

const file = (name: string, options = {}) =>
  room.of(fullSettings({ limits: { ban: {} }, ...options }), {}, [])?.files.find(({ path }) => path.endsWith(name))
    ?.body;

const entry = (program: string, text: string) => ({ SYSLOG_IDENTIFIER: program, MESSAGE: text });

test("known is who sends mail as a login, whatever else the log says", () => {
  const entries = [
    entry("postfix/submission/smtpd", "4B2Xq11dRzz1: client=a.test[192.0.2.1], sasl_method=PLAIN, sasl_username=alice"),
    entry("postfix/submission/smtpd", "4B2Xq11dRzz2: client=a.test[192.0.2.2]"),
    entry("postfix/submission/smtpd", "connect from a.test[192.0.2.3]"),
    entry(
      "postfix/submission/smtpd",
      "warning: a.test[192.0.2.4]: SASL PLAIN authentication failed: sasl_username=alice",
    ),
    entry("postfix/cleanup", "4B2Xq11dRzz3: client=a.test[192.0.2.5], sasl_method=PLAIN, sasl_username=alice"),
    entry("postfix/submission/smtpd", "4B2Xq11dRzz4: client=b.test[2001:db8::7], sasl_method=PLAIN, sasl_username=bob"),
    { SYSLOG_IDENTIFIER: "postfix/submission/smtpd", MESSAGE: [99, 108, 255] },
  ];
  expect(python("print(json.dumps(list(room.logins(given))))", entries)).toEqual(["192.0.2.1", "2001:db8::7"]);
});

test("the firewall is told of an address once a day, and by IPv6 of its network", () => {
  const program = [
    "told = []",
    "known = room.Known(told.append)",
    "for address, now in given: known.note(address, now)",
    "print(json.dumps([told, known.knows('2001:db8::99'), known.knows('192.0.2.2')]))",
  ].join("\n");
  const notes = [
    ["192.0.2.1", 0],
    ["192.0.2.1", 86_399],
    ["2001:db8::7", 10],
    ["2001:db8::8", 20],
    ["192.0.2.1", 86_400],
  ];
  const [told, neighbour, other] = python<[string[], boolean, boolean]>(program, notes);
  const add = (set: string, element: string) =>
    `add element inet mail_relay_room ${set} { ${element} timeout 2592000s }`;
  const again = (set: string, element: string) =>
    `${add(set, element)}\ndelete element inet mail_relay_room ${set} { ${element} }\n${add(set, element)}\n`;
  const first = again("known", "192.0.2.1");
  expect(told).toEqual([first, again("known6", "2001:db8::/64"), first]);
  expect({ neighbour, other }).toEqual({ neighbour: true, other: false });
});

/** A connection as `ss -HtniO` shows it. */
const line = (port: number, peer: string, received: number) =>
  `0 0 198.51.100.2:${port} ${peer} cubic wscale:7,7 rto:204 bytes_sent:9 bytes_received:${received} segs_out:2 lastrcv:3`;

test("on a full port, strangers who say little are cut off after some seconds, and nobody else", () => {
  const program = [
    "watch = room.Watch({587: 2, 25: 2}, lambda address: address != '192.0.2.1')",
    "cut = [[one.peer for one in watch.slow(room.connections(text), now)] for now, text in given]",
    "print(json.dumps(cut))",
  ].join("\n");
  const slow = line(587, "203.0.113.1:4000", 200);
  const busy = line(587, "203.0.113.2:4000", 1_000_000);
  const known = line(587, "192.0.2.1:4000", 200);
  const other = line(25, "[::ffff:203.0.113.3]:4000", 200);
  const full = [slow, busy, known, other].join("\n");
  const seen = [
    [0, full],
    [14, full],
    // Not full any more, and then again with one that has just come.
    [20, slow],
    [30, [slow, line(587, "203.0.113.4:4000", 0)].join("\n")],
    [31, full],
  ];
  expect(python(program, seen)).toEqual([[], [], [], ["203.0.113.1:4000"], ["203.0.113.1:4000"]]);
});

test("a quarter of a port's connections is kept from strangers, and those who are exempt are none", () => {
  const rules = file("room.nft", {
    myNetworks: ["192.0.2.0/24"],
    limits: { ban: { failures: 10 }, exempt: ["2001:db8::/32"] },
  });
  expect(rules).toContain("tcp dport 587 ct count over 75 drop\n");
  expect(rules).toContain("ip saddr 192.0.2.0/24 accept\n");
  expect(rules).toContain("ip6 saddr 2001:db8::/32 accept\n");
  expect(rules).toContain("limit rate over 1/second burst 5 packets");
  for (const [limit, share] of Object.entries({ "40": 30, "1": 1, "0": 75, $smtpd_limit: 75 })) {
    const other = file("room.nft", { postfixParameters: { default_process_limit: limit } });
    expect(other).toContain(`tcp dport 25 ct count over ${share} drop\n`);
  }
});
