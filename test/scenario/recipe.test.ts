import type { Lab } from "../../sandbox/lab";
import { sinkRecords, type ConfigChanges } from "../../sandbox/labConfig";
import { send } from "../../sandbox/mail/client";
import { smtpDialogue, type DialogueStep } from "../../sandbox/mail/dialogue";
import { startSink } from "../../sandbox/mail/sink";
import { RELEASES } from "../../sandbox/names";
import { documentedHandshakes, handshakes } from "./handshakes";
import { onHost, patience, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

const users = [
  { login: "alice", password: "correct horse" },
  { login: "shop", password: "correct shop", allowedSenders: ["orders@shop.test", "@news.test"] },
  { login: "gateway", password: "correct gateway", allowedSenders: ["any"] },
];

const options: ConfigChanges = {
  users,
  listeners: { submissions: true, alternate: true },
  aliases: { root: "ops@receiver.test, night@receiver.test" },
  sasl: {
    alsoRealms: ["relay.example.test"],
    path: "cyrus",
    mechanisms: ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"],
    brokenClients: true,
  },
  limits: { messageSize: 2_000_000, ban: {} },
  dkim: {},
  metrics: true,
  alerts: { mail: "ops@receiver.test" },
  rewriting: { canonical: [{ from: "printer@example.test", to: "office@example.test" }] },
  headerChecks: [{ header: "X-Office", action: "remove" }],
};

/** A login on the droplet's own loopback by a client that knows the old mechanisms; prints the server's last verdict. */
const loginWith = (mechanism: string, password: string) =>
  `timeout 30 swaks --server 127.0.0.1:10025 --auth ${mechanism} --auth-user alice --auth-password '${password}' ` +
  "--quit-after AUTH </dev/null 2>&1 | grep -oE '^<[-*~]* +(235|5[0-9]{2})' | grep -oE '[0-9]+' | head -1";

describe.each(RELEASES)("the recipe's options on %s", (release) => {
  let lab: Lab;
  let address: string;
  /** Where the journal ended after the deploy, whose proof has logged wrong passwords. */
  let deployed: string;

  const dialogue = (port: number, steps: DialogueStep[], localAddress = lab.cloud.strangerClient) =>
    smtpDialogue({ host: address, port, localAddress, implicitTls: port === 465 }, steps);

  /** The reply to RCPT for a sender, after a login. */
  const asLogin = async (login: string, sender: string) => {
    const password = users.find((user) => user.login === login)!.password;
    const replies = await dialogue(587, [
      "EHLO client.test",
      "STARTTLS",
      "EHLO client.test",
      { auth: "PLAIN", login, password },
      `MAIL FROM:<${sender}>`,
      "RCPT TO:<bob@receiver.test>",
    ]);
    return replies.at(-1)?.code;
  };

  const mail = (port: number, subject: string, to = "bob@receiver.test") =>
    send({
      host: address,
      port,
      localAddress: lab.cloud.strangerClient,
      login: "alice",
      password: users[0]!.password,
      from: "alice@example.test",
      to,
      subject,
      text: "hello",
      tls: port === 465 ? "implicit" : "starttls",
    });

  beforeAll(async () => {
    lab = await testLab(`recipe-${release}`, { release });
    lab.configure({ ...options, limits: { ...options.limits, noStartTls: [lab.cloud.trustedClient] } });
    await lab.up();
    ({ address } = await lab.outputs());
    deployed = /cursor: (.*)/.exec(await onHost(lab, "journalctl -q -n 0 --show-cursor"))![1]!;
  });

  afterAll(() => lab?.close());

  test.each([587, 465, 2525])("a login sends through port %d", async (port) => {
    await mail(port, `through ${port}`);
    await untilDelivered(lab, `through ${port}`);
  });

  test("mail through every listener, and a restart of every service, leave no warning in the log", async () => {
    await onHost(lab, "systemctl restart 'mail-relay-*.service' postfix");
    for (const to of ["bob@receiver.test", "root@relay.example.test"]) {
      const subject = `through 25 to ${to}`;
      const unencrypted = { host: address, port: 25, localAddress: lab.cloud.trustedClient, tls: "none" } as const;
      await send({ ...unencrypted, from: "printer@example.test", to, subject, text: "hello" });
      await untilDelivered(lab, subject);
    }
    const log = await onHost(lab, `journalctl -q -o cat --after-cursor='${deployed}' -u 'postfix*' -u 'mail-relay-*'`);
    // What would be counted is there: every listener's mail, and the services' own words.
    expect(log.match(/client=\S+(?=, sasl_method)|client=\S+$/gm)).toHaveLength(5);
    expect(log).toContain("fail2ban");
    expect(log).toContain("daemon started -- version");
    expect(log.split("\n").filter((line) => /\b(warning|error|fatal|panic)\b/i.test(line))).toEqual([]);
  });

  test("each generation of devices gets what docs/clients.md says, by a handshake with every listener", async () => {
    for (const port of [25, 465, 587, 2525]) {
      const expected = await documentedHandshakes(port === 25 ? "port 25" : "logins");
      expect({ port, ...(await handshakes(address, port)) }).toEqual({ port, ...expected });
    }
  });

  test("a device with old TLS is not offered any on port 25, and others are", async () => {
    const offered = async (from: string) =>
      (await dialogue(25, ["EHLO client.test"], from))[1]?.text.match(/^STARTTLS$/m);
    expect(await offered(lab.cloud.trustedClient)).toBeNull();
    expect(await offered(lab.cloud.strangerClient)).not.toBeNull();
    const login = await dialogue(587, ["EHLO client.test"], lab.cloud.trustedClient);
    expect(login[1]?.text).toMatch(/^STARTTLS$/m);
  });

  test("the mechanisms asked for are offered, also in the old form", async () => {
    const replies = await dialogue(465, ["EHLO client.test"]);
    expect(replies[1]?.text.match(/^AUTH[ =].*$/gm)?.map((line) => line.split(/[ =]/).slice(1).sort())).toEqual([
      ["CRAM-MD5", "DIGEST-MD5", "LOGIN", "PLAIN"],
      ["CRAM-MD5", "DIGEST-MD5", "LOGIN", "PLAIN"],
    ]);
    expect(await onHost(lab, "ls /etc/postfix/sasl")).toBe("cyrus.conf\n");
  });

  test("a login works with its realm", async () => {
    const login = { auth: "PLAIN", login: "alice@example.test", password: users[0]!.password } as const;
    expect((await dialogue(465, ["EHLO client.test", login])).at(-1)?.code).toBe(235);
    const steps = ["MAIL FROM:<alice@example.test>", "RCPT TO:<bob@receiver.test>"];
    for (const auth of ["PLAIN", "LOGIN"] as const) {
      const ofRelay = { auth, login: "alice@relay.example.test", password: users[0]!.password };
      const codes = (await dialogue(465, ["EHLO client.test", ofRelay, ...steps])).map(({ code }) => code);
      expect(codes.slice(2)).toEqual([235, 250, 250]);
    }
    const foreign = { ...login, login: "alice@elsewhere.test" };
    expect((await dialogue(465, ["EHLO client.test", foreign])).at(-1)?.code).toBe(535);
  });

  test("the old mechanisms log in for real, and not with a wrong password", async () => {
    const packages = "swaks libauthen-sasl-perl libauthen-ntlm-perl libdigest-hmac-perl";
    await onHost(lab, `apt-get install -qq -y --no-install-recommends ${packages} >/dev/null 2>&1`);
    for (const mechanism of ["CRAM-MD5", "DIGEST-MD5"]) {
      expect(await onHost(lab, loginWith(mechanism, users[0]!.password))).toBe("235\n");
      expect(await onHost(lab, loginWith(mechanism, "wrong"))).toBe("535\n");
    }
  });

  test("a login sends only as the senders it may use", async () => {
    expect(await asLogin("alice", "alice@example.test")).toBe(250);
    expect(await asLogin("alice", "alice+shop@example.test")).toBe(250);
    expect(await asLogin("alice", "orders@shop.test")).toBe(553);
    expect(await asLogin("alice", "nobody-s@own.test")).toBe(553);
    expect(await asLogin("shop", "orders@shop.test")).toBe(250);
    expect(await asLogin("shop", "whoever@news.test")).toBe(250);
    expect(await asLogin("shop", "alice@example.test")).toBe(553);
    expect(await asLogin("gateway", "alice@example.test")).toBe(250);
    expect(await asLogin("gateway", "nobody-s@own.test")).toBe(250);
    expect(await asLogin("gateway", "whoever@news.test")).toBe(250);
  });

  test("postmaster's and root's mail goes where the aliases say", async () => {
    await mail(587, "for the postmaster", "postmaster@relay.example.test");
    const message = await untilDelivered(lab, "for the postmaster");
    expect([...message.to].sort()).toEqual(["night@receiver.test", "ops@receiver.test"]);
  });

  test("a further parameter is in force", async () => {
    const [, hello] = await dialogue(25, ["EHLO client.test"]);
    expect(hello?.text).toMatch(/^SIZE 2000000$/m);
  });

  test("XCLIENT answers for any client and login on loopback, and is refused on every public port", async () => {
    const ask = (client: string, login: string, sender: string) =>
      onHost(
        lab,
        [
          "exec 3<>/dev/tcp/127.0.0.1/10025",
          "read -r line <&3",
          `for command in 'EHLO probe' 'XCLIENT ADDR=${client}${login && ` LOGIN=${login}`}' 'EHLO probe' 'MAIL FROM:<${sender}>' 'RCPT TO:<bob@receiver.test>'; do`,
          `  printf '%s\\r\\n' "$command" >&3`,
          "  while read -r line <&3; do case $line in [0-9][0-9][0-9]-*) ;; *) break ;; esac; done",
          "done",
          `printf '%s\\n' "\${line%% *}"`,
        ].join("\n"),
      );
    expect(await ask("203.0.113.200", "", "a@b.test")).toBe("554\n");
    expect(await ask(lab.cloud.trustedClient, "", "a@b.test")).toBe("250\n");
    expect(await ask("203.0.113.200", "alice", "alice@example.test")).toBe("250\n");
    expect(await ask("203.0.113.200", "alice", "orders@shop.test")).toBe("553\n");
    for (const port of [25, 465, 587, 2525]) {
      const tls = port === 465 ? [] : ["STARTTLS", "EHLO client.test"];
      const replies = await dialogue(port, [
        "EHLO client.test",
        ...tls,
        "XCLIENT ADDR=127.0.0.1",
        "XFORWARD ADDR=127.0.0.1",
      ]);
      expect({ port, codes: replies.slice(-2).map(({ code }) => code) }).toEqual({ port, codes: [550, 550] });
    }
  });

  test("NTLM logs in where the release ships it, and is refused with what there is where it does not", async () => {
    lab.configure({ ...options, sasl: { mechanisms: ["PLAIN", "LOGIN", "NTLM"] } });
    const { facts } = (await lab.outputs()) as unknown as { facts: { mechanisms: string[] } };
    if (facts.mechanisms.includes("NTLM")) {
      await lab.up();
      expect(await onHost(lab, loginWith("NTLM", users[0]!.password))).toBe("235\n");
      expect(await onHost(lab, loginWith("NTLM", "wrong"))).toBe("535\n");
    } else {
      await expect(lab.up()).rejects.toThrow(/sasl\.mechanisms\[2\]: .* ships no NTLM; it has PLAIN, LOGIN/);
    }
  });

  test("what the host cannot do is refused before anything live is touched", async () => {
    const before = await onHost(
      lab,
      "readlink /etc/postfix/generations/current; cat /var/spool/postfix/pid/master.pid",
    );
    lab.configure({ ...options, postfixParameters: { smtpd_no_such_parameter: "1" } });
    await expect(lab.up()).rejects.toThrow(/unused parameter: smtpd_no_such_parameter.*the old one is untouched/s);
    expect(await onHost(lab, "readlink /etc/postfix/generations/current; cat /var/spool/postfix/pid/master.pid")).toBe(
      before,
    );
    await mail(2525, "after the refusal");
    await untilDelivered(lab, "after the refusal");
  });

  test("going back to fewer listeners and the other SASL file converges by a reload alone", async () => {
    const pid = await onHost(lab, "cat /var/spool/postfix/pid/master.pid");
    lab.configure({ users, tls: { rsaForLogins: true } });
    await lab.up();
    await mail(587, "after going back");
    expect(await handshakes(address, 587)).toEqual(await documentedHandshakes("logins with RSA"));
    expect(await onHost(lab, "ss -Hltn 'sport = :2525 or sport = :465'")).toBe("");
    expect(await onHost(lab, "ls /etc/postfix/sasl")).toBe("smtpd.conf\n");
    expect(await onHost(lab, "cat /var/spool/postfix/pid/master.pid")).toBe(pid);
  });

  test("a smart host is used as far as it goes: no digest without its password, and no bounce to who refuses bounces", async () => {
    const { gateway } = lab.cloud;
    const smart = { host: "smart.test", port: 2525, login: "account", password: "of the account" };
    await lab.cloud.setDns([...sinkRecords(gateway), { name: smart.host, type: "A", value: gateway }]);
    const sink = await startSink({
      address: gateway,
      port: smart.port,
      logins: { [smart.login]: smart.password },
      // The last two want plain passwords on the server; this one has none.
      mechanisms: ["GSSAPI", "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"],
      refuse: ({ at, from, to }) => {
        if (at === "mail" && from === "") return { code: 501, text: "5.1.7 Invalid MAIL FROM address" };
        return at === "rcpt" && to[0] === "nobody@receiver.test"
          ? { code: 550, text: "5.1.1 nobody of that name" }
          : undefined;
      },
    });
    const untilSunk = (subject: string, recipient: string) =>
      sink.waitForMessage(({ to, raw }) => to.includes(recipient) && raw.includes(subject), 60_000);
    try {
      lab.configure({ users, aliases: { root: "ops@receiver.test" }, relayHost: smart });
      const { text } = await lab.up();
      expect(text).toMatch(/relayHost smart\.test:2525: it takes no bounces .*501 5\.1\.7 .*the postmaster/);
      await mail(587, "through the smart host");
      expect(await untilSunk("through the smart host", "bob@receiver.test")).toMatchObject({ login: smart.login });
      await mail(587, "for nobody", "nobody@receiver.test");
      const notice = await untilSunk("for nobody", "ops@receiver.test");
      expect(notice.from).toBe("double-bounce@relay.example.test");
      expect(notice.raw).toContain("5.1.1 nobody of that name");
    } finally {
      await sink.close();
    }
  });
});
