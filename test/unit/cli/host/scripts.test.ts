import { execFileSync } from "node:child_process";
import { pythonPath } from "../python";

/** The value of a Python expression over the modules that run on hosts; `given` is what it gets. */
function python(modules: string, expression: string, given: unknown = null): unknown {
  const program = [
    "import json, sys",
    `import ${modules}`,
    "given = json.load(sys.stdin)",
    `print(json.dumps(${expression}, default=str))`,
  ].join("\n");
  const output = execFileSync("python3", ["-B", "-c", program], {
    env: { ...process.env, PYTHONPATH: pythonPath("cli/host") },
    input: JSON.stringify(given),
    encoding: "utf8",
  });
  return JSON.parse(output);
}

test.each([
  ["[smtp.example.net]:2525", { host: "smtp.example.net", port: 2525, implicit: false }],
  ["smtp.example.net", { host: "smtp.example.net", port: 25, implicit: false }],
  ["[192.0.2.5]:submission", { host: "192.0.2.5", port: 587, implicit: false }],
  ["", null],
])("the next hop %s", (relayhost, expected) => {
  expect(python("egress", "egress.next_hop(given)", relayhost)).toEqual(expected);
});

test("complaints of Postfix are counted together, those that clients cause are left out", () => {
  const log = [
    [1, "postfix/smtpd", "fatal: no SASL authentication mechanisms"],
    [2, "postfix/smtpd", "warning: process /usr/lib/postfix/sbin/smtpd pid 12 exit status 1"],
    [3, "postfix/smtpd", "warning: process /usr/lib/postfix/sbin/smtpd pid 34 exit status 1"],
    [4, "postfix/smtpd", "warning: unknown[192.0.2.1]: SASL PLAIN authentication failed: x, sasl_username=a"],
    [4, "postfix/smtpd", "warning: unknown[192.0.2.1]: SASL LOGIN authentication aborted"],
    [4, "postfix/smtpd", 'warning: unknown[192.0.2.1]: SASL "a b" authentication failed: no mechanism available'],
    [4, "postfix/trivial-rewrite", "warning: valid_ipv4_hostaddr: invalid character 120(decimal): x>,"],
    [5, "postfix/qmgr", "warning: 4bXyzB1Cde: something odd"],
    [5, "postfix/cleanup", "4bXyzB1Cde: warning: header Subject: fatal: from unknown[192.0.2.1]; from=<a@b> to=<c@d>"],
    [6, "postfix/postfix-script", "warning: symlink leaves directory: /etc/postfix/main.cf"],
    [7, "postfix/smtp", "4bXyzB1Cde: to=<a@b>, status=sent (250 warning: none)"],
  ];
  const found = python("complaints, maillog", "complaints.gather(maillog.Entry(*one) for one in given)", log);
  expect(found).toEqual([
    expect.objectContaining({ severity: "warning", service: "postfix/smtpd", count: 2, time: 3 }),
    expect.objectContaining({ severity: "fatal", count: 1, text: "no SASL authentication mechanisms" }),
    expect.objectContaining({ service: "postfix/qmgr", text: "4bXyzB1Cde: something odd" }),
  ]);
});

test("a login's uses and failures are told, of unknown names only how many and from where", () => {
  const entry = (time: number, message: string, program = "postfix/submission/smtpd") => ({
    __REALTIME_TIMESTAMP: String(time * 1_000_000),
    MESSAGE: message,
    SYSLOG_IDENTIFIER: program,
  });
  const log = [
    entry(1, "4bXyzB1Cde: client=unknown[203.0.113.1], sasl_method=PLAIN, sasl_username=alice"),
    entry(2, "4bXyzB1Cdf: client=unknown[203.0.113.2], sasl_method=PLAIN, sasl_username=alice@example.com"),
    entry(3, "4bXyzB1Cdg: client=localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=printer"),
    entry(
      4,
      "4bXyzB1Cdh: client=unknown[203.0.113.3], sasl_method=PLAIN, sasl_username=printer",
      "postfix/probe/smtpd",
    ),
    entry(5, "warning: unknown[203.0.113.4]: SASL LOGIN authentication failed: x, sasl_username=alice"),
    entry(6, "warning: unknown[203.0.113.4]: SASL LOGIN authentication failed: x, sasl_username=hunter2"),
    entry(7, "warning: unknown[203.0.113.4]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"),
    // In names, mechanisms and parameters of MAIL FROM stands what a client likes.
    entry(
      8,
      "warning: unknown[203.0.113.4]: SASL PLAIN authentication failed: x, sasl_username=y, sasl_username=alice",
    ),
    entry(9, "warning: unknown[203.0.113.4]: SASL PLAIN authentication failed: x, sasl_username=alice[127.0.0.1]"),
    entry(
      10,
      'warning: unknown[203.0.113.4]: SASL "x[192.0.2.1]: SASL PLAIN authentication failed" authentication failed: no' +
        " mechanism available, sasl_username=(unavailable)",
    ),
    entry(
      11,
      "4bXyzB1Cdi: client=unknown[203.0.113.5], sasl_method=PLAIN, sasl_username=bob, sasl_sender=a, sasl_username=alice",
    ),
  ];
  const logins = [
    ["alice", "example.com"],
    ["printer", "example.com"],
  ];
  const told = python("users", "users.tally(given[0], given[1])", [logins, log]);
  expect(told).toMatchObject({
    users: [
      { login: "alice", uses: 2, lastUse: 2, lastClient: "203.0.113.2", failures: 1, lastFailure: 5 },
      { login: "printer", uses: 0, lastUse: null, failures: 0 },
    ],
    unknown: { failures: 4, clients: [{ client: "203.0.113.4", failures: 4 }] },
  });
  expect(JSON.stringify(told)).not.toContain("hunter2");
});

test("a stranger is in no network that a deploy could have trusted, and a network for everybody is found anyway", () => {
  const chosen = (networks: string) =>
    python("relaying", "relaying.stranger(relaying.networks_in(given))", networks) as string;
  expect(chosen("127.0.0.0/8 [::1]/128")).toBe("192.0.2.9");
  expect(chosen("127.0.0.0/8, 192.0.2.0/24, 198.51.100.9")).toBe("203.0.113.9");
  expect(chosen("0.0.0.0/0")).toBe("192.0.2.9");
});

test("what is said to the relay ends before DATA, and carries no line of its own in a login", () => {
  const question = {
    port: 10587,
    client: "2001:db8::7",
    helo: "client.example",
    login: "a b+c\r\nDATA",
    sender: "",
    recipients: ["one@example.com", "two@example.com"],
  };
  expect(python("ask", "ask.commands(given)", question)).toEqual([
    "EHLO ask.invalid",
    "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::7 LOGIN=a+20b+2Bc+0D+0ADATA",
    "EHLO client.example",
    "MAIL FROM:<>",
    "RCPT TO:<one@example.com>",
    "RCPT TO:<two@example.com>",
  ]);
});

test("queue sizes and ages come from postqueue's own lines", () => {
  const lines = [
    { queue_name: "deferred", arrival_time: 900 },
    { queue_name: "deferred", arrival_time: 400 },
    { queue_name: "active", arrival_time: 1001 },
  ].map((message) => JSON.stringify(message));
  expect(python("lib.queues", "lib.queues.summary(given, 1000)", lines)).toEqual({
    active: { messages: 1, oldestSeconds: 0 },
    deferred: { messages: 2, oldestSeconds: 600 },
    hold: { messages: 0, oldestSeconds: null },
    incoming: { messages: 0, oldestSeconds: null },
    maildrop: { messages: 0, oldestSeconds: null },
  });
});

test("listeners are read from master.cf, with their port by name or number", () => {
  const table = [
    "smtp       inet  n       -       y       -       -       smtpd",
    "submission inet  n       -       y       -       -       smtpd -o smtpd_tls_security_level=encrypt",
    "2525       inet  n       -       y       -       -       smtpd",
    "127.0.0.1:10025 inet n   -       y       -       -       smtpd",
    "smtp       unix  -       -       y       -       -       smtp",
    "628        inet  n       -       y       -       -       qmqpd",
  ].join("\n");
  const found = python("lib.listeners", "[one._asdict() for one in lib.listeners.in_table(given)]", table) as {
    port: number;
    address: string;
  }[];
  expect(found.map(({ port }) => port)).toEqual([25, 587, 2525, 10025]);
  expect(new Set(found.map(({ address }) => address))).toEqual(new Set(["127.0.0.1"]));
});

test("a file that not everybody may read is a secret, and shown in no diff", () => {
  expect(
    python("drift", "[drift.is_secret(mode) for mode in given]", ["644 root:root", "640 root:postfix", null]),
  ).toEqual([false, true, true]);
  expect(python("drift", "drift.changes(b'a\\nb\\n', b'a\\nc\\n')")).toEqual(["@@ -1,2 +1,2 @@", " a", "-b", "+c"]);
});

test("what Postfix's own check says, without the remark on links and each once", () => {
  const said = [
    "postfix/postfix-script: warning: symlink leaves directory: /etc/postfix/./main.cf",
    "postfix/postfix-script: warning: /var/spool/postfix/etc/hosts and /etc/hosts differ",
    "postfix/postfix-script: warning: /var/spool/postfix/etc/hosts and /etc/hosts differ",
    "/usr/sbin/postconf: warning: /etc/postfix/main.cf: unused parameter: nonsense=1",
  ].join("\r\n");
  expect(python("postfixCheck", "postfixCheck.complaints(given)", said)).toEqual([
    "/var/spool/postfix/etc/hosts and /etc/hosts differ",
    "/etc/postfix/main.cf: unused parameter: nonsense=1",
  ]);
});
