import { XMLParser } from "fast-xml-parser";
import { createTransport, type SendMailOptions } from "nodemailer";
import type { Proof } from "../../components";
import type { Lab, RelayOutputs } from "../../sandbox/lab";
import { SmtpSession, type DialogueStep } from "../../sandbox/mail/dialogue";
import { ClientServer } from "./clientServer";
import { contentIsRefused } from "./refusedContent";
import { loggedIn, message, replies, sendAs, type Server } from "./loginSession";
import { eventually, onHost, onlyDroplet, patience, testLab } from "./support";
import { runSnippet } from "./snippet";

jest.setTimeout(patience);

const ports = [465, 587, 2525];
const limits = {
  messageSize: 100_000,
  recipients: 100,
  connections: 10,
  authPerMinute: 6,
  ban: { failures: 4, banMinutes: 5 },
};

/** Another mail server, which sends for whoever sends through it. */
const gateway = { login: "gateway", allowedSenders: ["any"], recipientsPerHour: 0 };

/** One server as the autoconfig file has it. */
interface AutoconfigServer {
  hostname: string;
  port: string;
  socketType: string;
  authentication: string;
  username: string;
}

describe("the people who send", () => {
  let lab: Lab;
  let outputs: RelayOutputs;
  let certificate: string;

  beforeAll(async () => {
    lab = await testLab("clients");
    lab.configure({
      users: [{ login: "alice" }, { login: "shop", recipientsPerHour: 3 }, { login: "printer" }, gateway],
      myNetworks: [`${lab.cloud.gateway}/32`],
      listeners: { submissions: true, alternate: true },
      aliases: { root: "ops@receiver.test" },
      mailboxes: { host: "imap.example.test" },
      headerChecks: [{ header: "X-Refused", action: "reject" }],
      limits: { ...limits, exempt: [`${lab.cloud.trustedClient}/32`] },
    });
    await lab.up();
    outputs = await lab.outputs();
    certificate = await onHost(lab, "openssl x509 -in /etc/postfix/tls/relay.pem");
  });

  afterAll(() => lab.close());

  const sendBy = (server: Server, user: string, mail: SendMailOptions) =>
    sendAs({ outputs, certificate, localAddress: lab.cloud.trustedClient }, server, user, mail);

  const arrived = (subject: string) =>
    lab.sink.waitForMessage(({ raw }) => raw.includes(`Subject: ${subject}`), 60_000);

  const logIn = (from: string, login: string, password?: string) => loggedIn(outputs, from, login, password);

  test("the deploy's own proof meets no limit", async () => {
    const { passed } = outputs.proof as { passed: string[] };
    expect(passed.filter((sentence) => / logs in /.test(sentence)).length).toBeGreaterThan(2 * limits.authPerMinute);
    const refused = await onHost(lab, "journalctl -q -o cat -t postfix/submission/smtpd | grep -c 'exceeded' || true");
    expect(refused).toBe("0\n");
  });

  test("Thunderbird's file names servers that take mail exactly as it says", async () => {
    const { clientConfig } = new XMLParser({ parseTagValue: false }).parse(outputs.autoconfig as string) as {
      clientConfig: {
        emailProvider: { domain: string; incomingServer: AutoconfigServer; outgoingServer: AutoconfigServer[] };
      };
    };
    const { domain, incomingServer, outgoingServer } = clientConfig.emailProvider;
    expect([domain, incomingServer.hostname]).toEqual(["example.test", "imap.example.test"]);
    expect(outgoingServer.map(({ port }) => Number(port))).toEqual(ports);
    for (const { hostname, port, socketType, authentication, username } of outgoingServer) {
      expect(authentication).toBe("password-cleartext");
      const user = username.replace("%EMAILLOCALPART%", "alice");
      const server = { host: hostname, port: Number(port), implicit: socketType === "SSL" };
      await sendBy(server, user, { subject: `autoconfig ${port}` });
      await arrived(`autoconfig ${port}`);
    }
  });

  test("the output for a login names the same servers, without a password", () => {
    const settings = outputs.clientSettings as Record<string, { host: string; port: number; userName: string }[]>;
    expect(settings.printer!.map(({ host, port, userName }) => [host, port, userName])).toEqual(
      ports.map((port) => ["relay.example.test", port, "printer"]),
    );
    for (const password of Object.values(outputs.logins)) expect(JSON.stringify(settings)).not.toContain(password);
  });

  test.each([
    ["js", "node --input-type=module", "from Node.js"],
    ["python", "python3 -", "from Python"],
  ])("what docs/clients.md says for %s works as it stands", async (language, command, subject) => {
    const relay = { name: "relay.example.test", address: outputs.address, certificate };
    await runSnippet(language, command, relay, {
      SMTP_USER: "alice",
      SMTP_PASSWORD: outputs.logins.alice,
      SMTP_FROM: "alice@example.test",
      SMTP_TO: "bob@receiver.test",
    });
    await arrived(subject);
  });

  test("nobody learns where a login's mail came from, and mail without one keeps its traces", async () => {
    for (const port of ports) {
      const headers = {
        Received: "from first.test by second.test; Mon, 1 Jun 2026 00:00:00 +0000",
        "X-Originating-IP": "10.1.2.3",
      };
      const server = { host: "relay.example.test", port, implicit: port === 465 };
      await sendBy(server, "alice", { subject: `hidden ${port}`, headers });
      const { raw } = await arrived(`hidden ${port}`);
      expect(raw).toMatch(/^Received: by relay\.example\.test \(Postfix\) with ESMTPSA id /m);
      expect(raw).toMatch(/^Received: from first\.test by second\.test;/m);
      expect(raw).not.toMatch(new RegExp(`laptop|10\\.1\\.2\\.3|alice@relay|${lab.cloud.trustedClient}`));
    }
    const stranger = createTransport({
      host: outputs.address,
      port: 25,
      localAddress: lab.cloud.strangerClient,
      name: "stranger.test",
      ignoreTLS: true,
    });
    await stranger.sendMail({
      from: "a@receiver.test",
      to: "root@relay.example.test",
      subject: "from a stranger",
      text: "hello",
    });
    const { raw } = await arrived("from a stranger");
    expect(raw).toContain("from stranger.test");
    expect(raw).toContain(`[${lab.cloud.strangerClient}]`);
  });

  contentIsRefused((login) => logIn(lab.cloud.trustedClient, login));

  test("a login that has leaked sends to so many an hour and not to one more, whatever form it takes", async () => {
    const [session] = await logIn(lab.cloud.trustedClient, "shop");
    const last = async (steps: DialogueStep[], on = session) => (await replies(on, steps)).at(-1);
    expect(await last(message("shop@example.test", 4))).toMatch(/^550 5\.7\.1 .*this message has 4/);
    expect(await last(["RSET", ...message("shop@example.test", 2)])).toMatch(/^354 /);
    expect(await last([{ content: "Subject: two\n\nhello" }])).toMatch(/^250 /);
    expect(await last(message("shop@example.test", 2))).toMatch(/^450 4\.7\.1 .*3 recipients within an hour/);
    const [other] = await logIn(lab.cloud.strangerClient, "shop@example.test", outputs.logins.shop);
    expect(await last(message("shop@example.test", 1), other)).toMatch(/^354 /);
    expect(await last([{ content: "Subject: three\n\nhello" }], other)).toMatch(/^250 /);
    expect(await last(message("shop@example.test", 1), other)).toMatch(/^450 /);
    expect(await last(["RSET", ...message("shop@example.test", 1)])).toMatch(/^450 /);
    session.close();
    other.close();
    const [alice] = await logIn(lab.cloud.trustedClient, "alice");
    expect(await last(message("alice@example.test", 5), alice)).toMatch(/^354 /);
    alice.close();
  });

  test("inside myNetworks a login counts as it does elsewhere", async () => {
    const [inside] = await logIn(lab.cloud.gateway, "shop");
    expect((await replies(inside, message("shop@example.test", 1))).at(-1)).toMatch(
      /^450 4\.7\.1 .*this login may send to 3 /,
    );
    inside.close();
  });

  test("no restart gives a login a new hour, and nobody else reads who has sent", async () => {
    const files = "/var/lib/private/mail-relay-login-limit";
    await onHost(lab, "systemctl restart mail-relay-login-limit.socket");
    const refused = async () => {
      const [session] = await logIn(lab.cloud.trustedClient, "shop");
      const said = await replies(session, message("shop@example.test", 1));
      session.close();
      return said.at(-1);
    };
    expect(await refused()).toMatch(/^450 4\.7\.1 .*this login may send to 3 /);
    await onHost(lab, "systemctl kill -s KILL mail-relay-login-limit.service");
    expect(await refused()).toMatch(/^450 4\.7\.1 .*this login may send to 3 /);
    await lab.cloud.reboot(await onlyDroplet(lab));
    expect(await eventually(refused)).toMatch(/^450 4\.7\.1 .*this login may send to 3 /);
    expect(await onHost(lab, `cd ${files}; stat -c '%a %n' . *`)).toBe("700 .\n600 counts.json\n");
    const { counts } = JSON.parse(await onHost(lab, `cat ${files}/counts.json`)) as { counts: object };
    expect(Object.keys(counts).sort()).toEqual(["alice", "shop"]);
  });

  test("a counter that is gone stops nobody's mail", async () => {
    await onHost(lab, "systemctl stop mail-relay-login-limit.socket");
    const [session] = await logIn(lab.cloud.trustedClient, "shop");
    expect((await replies(session, message("shop@example.test", 1))).at(-1)).toMatch(/^354 /);
    session.close();
    await onHost(lab, "systemctl start mail-relay-login-limit.socket");
  });

  test("size, recipients and connections have their limits", async () => {
    const [session] = await logIn(lab.cloud.trustedClient, "alice");
    const many = await replies(session, message("alice@example.test", 101));
    expect(many.slice(100, 102)).toEqual([expect.stringMatching(/^250 /), expect.stringMatching(/^452 4\.5\.3/)]);
    session.close();
    const [big] = await logIn(lab.cloud.trustedClient, "alice");
    expect((await big.say("MAIL FROM:<alice@example.test> SIZE=100001")).code).toBe(552);
    big.close();
    const open = await Promise.all(
      Array.from({ length: 11 }, () =>
        SmtpSession.open({ host: outputs.address, port: 587, localAddress: lab.cloud.strangerClient }),
      ),
    );
    const greetings = await Promise.all(open.map((each) => each.reply()));
    open.forEach((each) => each.close());
    expect(greetings.filter(({ code }) => code === 421)).toHaveLength(1);
  });

  test("one address logs in so often a minute, unless it is exempt", async () => {
    const outcomes = async (from: string) => {
      const codes: number[] = [];
      for (let attempt = 0; attempt < 7; attempt++) {
        const [session, { code }] = await logIn(from, "alice");
        codes.push(code);
        session.close();
      }
      return codes;
    };
    expect(await outcomes(lab.cloud.trustedClient)).toEqual(Array(7).fill(235));
    expect((await outcomes(lab.cloud.strangerClient)).at(-1)).toBe(450);
  });

  test("who guesses passwords is shut out, and an exempt address is not", async () => {
    const guess = async (from: string) => {
      const [session, { code }] = await logIn(from, "printer", "wrong");
      session.close();
      return code;
    };
    for (let attempt = 0; attempt < 6; attempt++) expect(await guess(lab.cloud.trustedClient)).toBe(535);
    await onHost(lab, "systemctl restart postfix");
    for (let attempt = 0; attempt < 4; attempt++) await guess(lab.cloud.strangerClient).catch(() => undefined);
    await eventually(() => expect(guess(lab.cloud.strangerClient)).rejects.toThrow("ECONNREFUSED"));
    expect(await guess(lab.cloud.trustedClient)).toBe(535);
    await onHost(lab, `fail2ban-client -s /run/mail-relay-ban/socket unban ${lab.cloud.strangerClient}`);
    // The count of AUTH commands begins anew.
    await onHost(lab, "systemctl restart postfix");
    await eventually(async () => expect((await logIn(lab.cloud.strangerClient, "alice"))[1].code).toBe(235));
  });

  test("the host's own fail2ban is left alone, and without the options all of that goes", async () => {
    expect(await onHost(lab, "systemctl is-enabled fail2ban.service || true")).toBe("masked\n");
    lab.configure({
      users: [{ login: "alice" }, { login: "late" }, gateway],
      limits: { recipientsPerHour: 1 },
      hideClients: false,
      myNetworks: [],
    });
    await lab.up();
    outputs = await lab.outputs();
    const left =
      "find /etc -path '*mail-relay-ban*' -type f; nft list tables; systemctl is-active mail-relay-ban || true";
    expect(await onHost(lab, left)).toBe("inactive\n");
    const submission = { host: "relay.example.test", port: 587, implicit: false };
    await sendBy(submission, "late", { from: "late@example.test", subject: "open" });
    expect((await arrived("open")).raw).toContain(lab.cloud.trustedClient);
    // What alice sent before the deploy counts for its limits.
    await expect(sendBy(submission, "alice", { subject: "too many" })).rejects.toThrow(/450 4\.7\.1 .*to 1 recipients/);
  });

  test("what docs/clients.md says of certificate, PHP and another Postfix makes a server send", async () => {
    const { logins, proof } = await lab.outputs();
    const server = await ClientServer.create(lab, "relay.example.test");
    expect(await server.fetchCertificate()).toBe((proof as Proof).certificate!.sha256);
    await server.sendByPhp("gateway", logins.gateway!, "alice@example.test", "bob@receiver.test");
    expect((await arrived("from PHP")).raw).toMatch(/^X-Mailer: PHPMailer/m);
    await server.setUpPostfix(logins.gateway!);
    for (const [sender, subject] of Object.entries({ "ops@example.test": "by its Postfix", "": "a bounce of it" })) {
      await server.sendmail(sender, "bob@receiver.test", subject);
      expect((await arrived(subject)).raw).toMatch(/\bby relay\.example\.test \(Postfix\) with ESMTPSA id /);
    }
  });
});
