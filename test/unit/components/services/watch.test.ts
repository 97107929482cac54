import { execFileSync } from "node:child_process";
import { pythonPath } from "../../cli/python";

/** The value of a Python expression over the modules of the watch; `given` is what it gets. */
function python(expression: string, given: unknown): unknown {
  const program = `import json, sys, exposition, watch\ngiven = json.load(sys.stdin)\nprint(json.dumps(${expression}))`;
  const env = { ...process.env, PYTHONPATH: pythonPath("components/services/watch") };
  const input = JSON.stringify(given);
  return JSON.parse(execFileSync("python3", ["-B", "-c", program], { env, input, encoding: "utf8" }));
}

const counts = (lines: [program: string, text: string][]) =>
  python("[fresh for fresh in [{}] for one in given if watch.count(fresh, *one) is None][-1]", lines);

const attempt = (recipient: string, status: string, reason: string) =>
  `063701B8003: to=<${recipient}>, relay=mx.example.net[192.0.2.5]:25, delay=1, delays=0/0/0/1, ` +
  `dsn=4.0.0, status=${status} (${reason})`;

test("what Postfix did is counted, not what others wrote of it", () => {
  const forged = '"x>, relay=none, delay=1, delays=0/0/0/0, dsn=4.0.0, status=deferred (y)"@example.com';
  expect(
    counts([
      ["postfix/smtp", attempt("bob@example.net", "sent", "250 relay=none, status=deferred (timed out)")],
      ["postfix/smtp", attempt(forged, "bounced", "host mx.example.net[192.0.2.5] said: 550 status=deferred (no)")],
      ["postfix/smtpd", attempt("bob@example.net", "sent", "250 ok")],
      ["postfix/smtpd", "NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 554 <a: SASL PLAIN authentication failed>: no"],
      [
        "postfix/smtpd",
        'warning: unknown[192.0.2.9]: SASL "a: SASL X authentication failed" authentication failed: no',
      ],
      ["postfix/smtpd", "063701B8003: client=unknown[192.0.2.9], sasl_sender=a, sasl_username=alice"],
      ["postfix/smtpd", "063701B8003: client=unknown[192.0.2.9], sasl_method=PLAIN, sasl_username=alice"],
      ["postfix/smtpd", "warning: unknown[192.0.2.9]: SASL PLAIN authentication failed: x, sasl_username=y"],
      ["postfix/cleanup", "063701B8003: message-id=<a> status=sent (ok)"],
    ]),
  ).toEqual({ "deliveries sent": 1, "deliveries bounced": 1, refusals: 1, logins: 1, "login failures": 1 });
});

const host = "mx.example.net[192.0.2.5]";

test.each([
  ["timeout", `connect to ${host}:25: Connection timed out`],
  ["timeout", `conversation with ${host} timed out while receiving the initial server greeting`],
  ["timeout", `delivery temporarily suspended: connect to ${host}:25: Connection timed out`],
  ["refused", `connect to ${host}:25: Connection refused`],
  ["refused", "connect to mx.example.net[2001:db8::5]:25: Network is unreachable"],
  ["dns", "Host or domain name not found. Name service error for name=a.example type=MX: Host not found, try again"],
  ["tls", "TLS is required, but was not offered by host mx.example.net[192.0.2.5]"],
  ["tls", "Server certificate not trusted"],
  ["tls", "Cannot start TLS: handshake failure"],
  ["authentication", `SASL authentication failed; server ${host} said: 535 5.7.8 connect to x: Connection timed out`],
  ["lost", `lost connection with ${host} while receiving the initial server greeting`],
  ["answer", `host ${host} said: 450 4.2.0 try later (in reply to RCPT TO command)`],
  ["answer", `host ${host} said: 450 timed out, Connection refused, TLS certificate (in reply to RCPT TO command)`],
  ["answer", `host ${host} refused to talk to me: 421 lost connection with you`],
  ["other", "mail for a.example loops back to myself"],
])("a deferral counts as %s: %s", (reason, text) => {
  expect(counts([["postfix/smtp", attempt("bob@example.net", "deferred", text)]])).toEqual({
    "deliveries deferred": 1,
    [`deferrals ${reason}`]: 1,
  });
});

test("a label's value cannot end it", () => {
  expect(python("exposition.quoted(given)", 'a"} 1\nb\\')).toBe('"a\\"} 1\\nb\\\\"');
});
