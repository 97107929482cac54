import { python } from "./python";

const sent =
  "4bXyzB1Cde: to=<bob@example.net>, orig_to=<robert@example.net>, relay=mx.example.net[192.0.2.5]:25, conn_use=2, " +
  "delay=1.5, delays=0.1/0/1/0.4, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4cAbC)";

test("a delivery attempt is taken apart", () => {
  expect(python("maillog", "attempt(Entry(0, 'postfix/smtp', given))", sent)).toEqual({
    recipient: "bob@example.net",
    relay: "mx.example.net[192.0.2.5]:25",
    delay: 1.5,
    dsn: "2.0.0",
    status: "sent",
    reason: "250 2.0.0 Ok: queued as 4cAbC",
  });
  expect(python("maillog", "attempt(Entry(0, 'postfix/qmgr', given))", "4bXyzB1Cde: removed")).toBeNull();
});

const written = Date.UTC(2026, 0, 2, 12) / 1000;
test.each([
  ["Jan  2 11:59:58 relay postfix/smtp[123]: text", Date.UTC(2026, 0, 2, 11, 59, 58)],
  ["Dec 31 23:00:00 relay postfix/smtp[123]: text", Date.UTC(2025, 11, 31, 23)],
  ["2026-01-02T11:59:58.123456+00:00 relay postfix/smtp[123]: text", Date.UTC(2026, 0, 2, 11, 59, 58)],
  ["2026-01-02T13:59:58+02:00 relay postfix/smtp[123]: text", Date.UTC(2026, 0, 2, 11, 59, 58)],
])("a line of mail.log has its time: %s", (line, time) => {
  expect(python("maillog", `parsed(given, ${written})`, line)).toEqual([time / 1000, "postfix/smtp", "text"]);
});

test("what is no line of the log is none", () => {
  expect(python("maillog", `parsed(given, ${written})`, "-- Boot --")).toBeNull();
});

test("a login's messages are followed by their ids", () => {
  const log = [
    "AAAAAA1: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=alice@example.com",
    "BBBBBB1: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=bob@example.com",
    "AAAAAA1: removed",
    "BBBBBB1: removed",
    "warning: unknown[192.0.2.9]: SASL PLAIN authentication failed: x, sasl_username=alice",
    // bob, and names that are not alice's either.
    'CCCCCC1: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=bob, sasl_sender="a, sasl_username=alice"',
    "CCCCCC1: removed",
    "warning: unknown[192.0.2.9]: SASL PLAIN authentication failed: x, sasl_username=alice2",
    "warning: unknown[192.0.2.9]: SASL PLAIN authentication failed: x, sasl_username=y, sasl_username=alice",
  ];
  const wanted = "(lambda wanted: [text for text in given if wanted.fits(Entry(0, 'postfix/smtpd', text))])";
  expect(python("maillog", `${wanted}(Wanted({"login": "alice"}))`, log)).toEqual([log[0], log[2], log[4]]);
});

/** What is told of a message, by a log of lines with their programs. */
function trace(id: string, lines: [program: string, text: string][]) {
  const entries = "(Entry(n, f'postfix/{program}', text) for n, (program, text) in enumerate(given[1]))";
  return python<{ ids: string[]; about: object; recipients: object[]; events: object[] }>(
    "mailtrace",
    `(lambda ids: story(ids, list(life(ids, ${entries}))))({given[0]})`,
    [id, lines],
  );
}

test("a message is followed to its requeued self and to its bounce", () => {
  const traced = trace("AAAAAA1", [
    ["smtpd", "AAAAAA1: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=alice"],
    ["smtpd", "CCCCCC1: client=unknown[192.0.2.7]"],
    ["smtp", "AAAAAA1: to=<x@example.net>, relay=none, delay=1, delays=0/0/0/0, dsn=4.3.2, status=deferred (later)"],
    ["pickup", "AAAAAA2: uid=102 from=<alice@example.com> orig_id=AAAAAA1"],
    ["smtp", "AAAAAA2: to=<x@example.net>, relay=none, delay=9, delays=0/0/0/0, dsn=5.0.0, status=bounced (never)"],
    ["bounce", "AAAAAA2: sender non-delivery notification: DDDDDD1"],
    ["qmgr", "DDDDDD1: removed"],
  ]);
  expect(traced.ids).toEqual(["AAAAAA1", "AAAAAA2", "DDDDDD1"]);
  expect(traced.events).toHaveLength(6);
  expect(traced.about).toMatchObject({ client: "unknown[192.0.2.9]", login: "alice" });
  expect(traced.recipients).toMatchObject([{ id: "AAAAAA2", recipient: "x@example.net", status: "bounced" }]);
});

test("a Message-ID makes no message another one's successor, and hides none of its outcomes", () => {
  const bounced = "to=<x@example.net>, relay=none, delay=9, delays=0/0/0/0, dsn=5.0.0, status=bounced (never)";
  const traced = trace("AAAAAA1", [
    ["cleanup", "AAAAAA1: message-id=<orig_id=AAAAAA1>"],
    ["smtp", `AAAAAA1: ${bounced}`],
    ["cleanup", "EEEEEE1: message-id=<orig_id=AAAAAA1>"],
    ["cleanup", "AAAAAA1: message-id=<a@b> sender non-delivery notification: FFFFFF1"],
    ["qmgr", "FFFFFF1: removed"],
  ]);
  expect(traced.ids).toEqual(["AAAAAA1"]);
  expect(traced.recipients).toMatchObject([{ recipient: "x@example.net", status: "bounced" }]);
});

test("deferrals for one reason count as one, whoever they are about", () => {
  const reasons = [
    "host mx.example.net[192.0.2.5] said: 450 4.2.0 <a@example.net>: try later (in reply to RCPT TO command)",
    "host mx.example.net[192.0.2.6] said: 450 4.2.0 <b@example.net>: try later (in reply to RCPT TO command)",
  ];
  const kinds = python<string[]>("mailtop", "[kind_of(one) for one in given]", reasons);
  expect(new Set(kinds)).toEqual(
    new Set(["host mx.example.net said: 450 4.2.0 <...>: try later (in reply to RCPT TO command)"]),
  );
});
