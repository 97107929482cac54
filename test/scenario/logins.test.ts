import type { ConfigChanges } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { smtpDialogue } from "../../sandbox/mail/dialogue";
import { ban } from "../../components/services/ban/service";
import { fullSettings } from "../unit/components/fixtures";
import { RELEASES } from "../../sandbox/names";
import { MailRelayCommand } from "./mailRelay";
import { hostileValues } from "./hostileValues";
import { initScript } from "./oldestPackage";
import {
  changes,
  eventually,
  failureOf,
  onHost,
  onlyDroplet,
  patience,
  submit,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

const passwords = { alice: "correct horse", bob: "correct bob" };
const alice = { login: "alice", password: passwords.alice };
const bob = { login: "bob", password: passwords.bob };

const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Which entries of the journal `limits.ban` reads. */
const banMatch = /^journalmatch = (.*)$/m.exec(
  ban
    .of(fullSettings({ limits: { ban: {} } }), {}, [])!
    .files.find(({ path }) => path.endsWith("filter.d/mail-relay.conf"))!.body,
)![1]!;

describe.each(RELEASES)("logins on %s", (release) => {
  let lab: Lab;
  let address: string;

  const up = async (change: ConfigChanges) => {
    lab.configure(change);
    return changes(await lab.up()).sort();
  };

  /** The verdict on a login through 587, of a client that is trusted for its login alone. */
  const verdict = async (login: string, password: string, mechanism: "PLAIN" | "LOGIN" = "PLAIN") => {
    const replies = await smtpDialogue({ host: address, port: 587, localAddress: lab.cloud.strangerClient }, [
      "EHLO client.test",
      "STARTTLS",
      "EHLO client.test",
      { auth: mechanism, login, password },
    ]);
    return replies.at(-1)?.code;
  };

  /** Adds a user as an administrator would by hand. */
  const addByHand = (database: string, login: string, realm: string) =>
    onHost(lab, `printf %s 'correct ${login}' | saslpasswd2 -p -c -f ${database} -u ${realm} ${login}`);

  const listening = () => eventually(() => onHost(lab, "ss -Hltn sport = :587 | grep ."));

  const restartPostfix = () => onHost(lab, "systemctl restart postfix").then(listening);

  const reboot = () =>
    onlyDroplet(lab)
      .then((id) => lab.cloud.reboot(id))
      .then(listening);

  /** Who but Postfix and root can read what the chroot holds of the users. */
  const readByStrangers = () =>
    onHost(
      lab,
      "runuser -u nobody -- find /var/spool/postfix/sasl /var/spool/postfix/etc/mail-relay /etc/mail-relay /etc/sasldb2 " +
        "-type f -readable 2>/dev/null || true",
    );

  beforeAll(async () => {
    lab = await testLab(`logins-${release}`, { release, config: { users: [alice, bob] } });
    await lab.up();
    ({ address } = await lab.outputs());
  });

  afterAll(() => lab?.close());

  test("doctor finds nothing wrong on the host, whatever strangers have said to it", async () => {
    await smtpDialogue({ host: address, port: 25, localAddress: lab.cloud.strangerClient }, [
      "EHLO client.test",
      "ETRN example.test",
      "BDAT x",
      `NOOP ${"q".repeat(3000)}`,
    ]).catch(() => undefined);
    const relay = new MailRelayCommand((await lab.outputs()).ssh);
    try {
      const { stdout } = await relay.run("doctor", "--resolver", lab.cloud.gateway, "--seconds", "2", "--json");
      const { findings } = JSON.parse(stdout) as { findings: { id: string; what: string }[] };
      // DNS and the way out are the world's, not the host's.
      expect(findings.filter(({ id }) => !/^(dns|egress)-/.test(id))).toEqual([]);
      expect(await relay.run("drift")).toMatchObject({ code: 0 });
    } finally {
      relay.close();
    }
  });

  // Where the unit of that name is only a wrapper; two runs that meet a dead relay take a while.
  if (release === "bullseye")
    test("a relay whose listeners do not answer is no healthy one, though its units run, and the next up revives it", async () => {
      lab.configure({ users: [alice, bob], driftCheck: true });
      await lab.up();
      await onHost(lab, "kill -STOP $(head -n 1 /var/spool/postfix/pid/master.pid); pkill smtpd || true");
      const { text } = await lab.up();
      expect(text).toMatch(/drift: port 587 gives no greeting: no answer/);
      expect(text).toMatch(/starting Postfix again/);
      expect(await verdict("alice", passwords.alice)).toBe(235);
      lab.configure({ users: [alice, bob] });
      await lab.up();
    });

  test("the client of a login is hidden too when it said HELO, and what the message brings of other hosts stays", async () => {
    const early = "Received: from first.test by second.test; Mon, 1 Jun 2026 00:00:00 +0000";
    const replies = await smtpDialogue({ host: address, port: 587, localAddress: lab.cloud.strangerClient }, [
      "EHLO client.test",
      "STARTTLS",
      "HELO laptop.internal",
      { auth: "PLAIN", login: "alice", password: passwords.alice },
      "MAIL FROM:<alice@example.test>",
      "RCPT TO:<bob@receiver.test>",
      "DATA",
      { content: `${early}\nFrom: alice@example.test\nSubject: by HELO\n\nhello` },
    ]);
    expect(replies.at(-1)?.code).toBe(250);
    const { raw } = await untilDelivered(lab, "by HELO");
    expect(raw).toMatch(/^Received: by relay\.example\.test \(Postfix\) with \S+ id /m);
    expect(raw).toContain(early);
    expect(raw).not.toMatch(new RegExp(`laptop|alice@relay|${lab.cloud.strangerClient}`));
  });

  test("the ban counts lines of smtpd alone, whatever a local user writes to the journal", async () => {
    expect(await verdict("alice", "wrong")).toBe(535);
    const line = "warning: unknown[192.0.2.99]: SASL PLAIN authentication failed: authentication failure";
    await onHost(lab, `runuser -u nobody -- logger -t postfix/submission/smtpd '${line}'; journalctl --sync || true`);
    const failures = (match: string) =>
      onHost(lab, `journalctl -q -o cat ${match} | grep -o '[^ ]*: SASL PLAIN authentication failed' | sort -u`);
    await eventually(async () =>
      expect(await failures("SYSLOG_IDENTIFIER=postfix/submission/smtpd")).toContain("192.0.2.99"),
    );
    const counted = await failures(banMatch);
    expect(counted).toContain(`[${lab.cloud.strangerClient}]`);
    expect(counted).not.toContain("192.0.2.99");
  });

  test("Postfix's own tools read hostile values of every option as values", async () => {
    const { tried, harmed } = await hostileValues(lab, release);
    expect(harmed).toEqual([]);
    expect(tried).toBeGreaterThan(30);
  });

  test("a previous password is accepted beside the present one until its day, and not a day longer", async () => {
    const rotated = { login: "alice", password: "new horse", previousPassword: passwords.alice };
    const overlapping = { ...rotated, previousPasswordUntil: "2999-12-31" };
    expect(await up({ users: [overlapping, bob] })).toEqual(["update relay-proof", "update relay-users"]);
    for (const mechanism of ["PLAIN", "LOGIN"] as const) {
      expect(await verdict("alice", "new horse", mechanism)).toBe(235);
      expect(await verdict("alice", passwords.alice, mechanism)).toBe(235);
      expect(await verdict("alice", "wrong", mechanism)).toBe(535);
    }
    const { proof } = (await lab.outputs()) as unknown as { proof: { passed: string[] } };
    expect(proof.passed).toContain("alice logs in with LOGIN and the previous password on 587");

    expect(await up({ users: [{ ...rotated, previousPasswordUntil: "2026-01-01" }, bob] })).toEqual([
      "update relay-proof",
      "update relay-users",
    ]);
    expect(await verdict("alice", "new horse")).toBe(235);
    expect(await verdict("alice", passwords.alice)).toBe(535);
  });

  test("entries made by hand stay when told so, those of a removed user go, and without it all but ours go", async () => {
    const database = "/var/spool/postfix/sasl/relay.db";
    await addByHand(database, "carol", "example.test");
    await up({ users: [alice], keepUnmanagedUsers: true });
    expect(await verdict("carol", "correct carol")).toBe(235);
    expect(await verdict("alice", passwords.alice)).toBe(235);
    expect(await verdict("bob", passwords.bob)).toBe(535);
    await up({ users: [alice, bob] });
    expect(await verdict("carol", "correct carol")).toBe(535);
    expect(await verdict("bob", passwords.bob)).toBe(235);
  });

  test("a shared database serves other programs too, and its copy survives restart and reinstallation", async () => {
    await addByHand("/etc/sasldb2", "carol", "other.test");
    await up({ users: [alice, bob], sasl: { database: "shared" } });
    expect(await verdict("alice", passwords.alice)).toBe(235);
    expect(await verdict("carol@other.test", "correct carol")).toBe(235);
    expect(await onHost(lab, "sasldblistusers2 | cut -d: -f1 | sort | paste -sd' '")).toBe(
      "alice@example.test bob@example.test carol@other.test\n",
    );
    expect(await onHost(lab, "ls /var/spool/postfix/sasl 2>/dev/null || true")).toBe("");
    expect(await readByStrangers()).toBe("");

    await addByHand("/etc/sasldb2", "dave", "other.test");
    await restartPostfix();
    expect(await verdict("dave@other.test", "correct dave")).toBe(235);
    await onHost(
      lab,
      "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --reinstall postfix sasl2-bin >/dev/null 2>&1",
    );
    await addByHand("/etc/sasldb2", "erin", "other.test");
    await restartPostfix();
    expect(await verdict("erin@other.test", "correct erin")).toBe(235);
    expect(await verdict("bob", passwords.bob)).toBe(235);
    expect(await readByStrangers()).toBe("");
    await reboot();
    expect(await verdict("erin@other.test", "correct erin")).toBe(235);

    expect(await up({ users: [alice], sasl: { database: "shared" } })).toEqual([
      "update relay-apply",
      "update relay-proof",
      "update relay-users",
    ]);
    expect(await verdict("bob", passwords.bob)).toBe(535);
    expect(await verdict("erin@other.test", "correct erin")).toBe(235);
  });

  // The releases that had it are no longer to be had; the script is all that matters of them here.
  if (release === "bullseye") {
    test("a host with the oldest mechanism copies the shared database too, as privately", async () => {
      const [package_, init] = ["/usr/lib/postfix/configure-instance.sh", "/etc/init.d/postfix"];
      await onHost(
        lab,
        `mv ${package_} /root/; cp -p ${init} /root/init; base64 -d >${init} <<<${encoded(initScript)}`,
      );
      await up({ users: [alice, bob], sasl: { database: "shared" } });
      await addByHand("/etc/sasldb2", "frank", "other.test");
      await onHost(lab, `sh ${init} start`);
      expect(await verdict("frank@other.test", "correct frank")).toBe(235);
      expect(await verdict("bob", passwords.bob)).toBe(235);
      expect(await readByStrangers()).toBe("");
      await onHost(lab, `mv /root/configure-instance.sh ${package_}; saslpasswd2 -d -u other.test frank`);
    });
  }

  test("saslauthd checks passwords, with as many processes as asked for, and forgets a removed user at once", async () => {
    await up({ users: [alice, bob], sasl: { passwordCheck: "saslauthd", threads: 3 } });
    expect(await verdict("alice", passwords.alice)).toBe(235);
    expect(await verdict("alice", passwords.alice, "LOGIN")).toBe(235);
    expect(await verdict("bob", passwords.bob)).toBe(235);
    expect(await verdict("alice", "wrong")).toBe(535);
    expect(await onHost(lab, "pgrep -xc saslauthd")).toBe("3\n");
    const carol = { login: "carol", password: "ü".repeat(128) };
    await up({ users: [alice, bob, carol], sasl: { passwordCheck: "saslauthd", threads: 3 } });
    expect(await verdict("carol", carol.password)).toBe(235);
    expect(await verdict("carol", carol.password, "LOGIN")).toBe(235);
    const tooLong = { ...carol, password: carol.password + "x" };
    lab.configure({ users: [tooLong], sasl: { passwordCheck: "saslauthd" } });
    expect((await failureOf(lab.up())).result.text).toContain("users[0].password: takes 257 octets");
    expect(await verdict("carol", carol.password)).toBe(235);
    expect(await readByStrangers()).toBe("");
    expect(await onHost(lab, "ls -d /etc/mail-relay /var/spool/postfix/etc/mail-relay 2>/dev/null || true")).toBe("");

    await up({ users: [alice], sasl: { passwordCheck: "saslauthd", threads: 2 } });
    expect(await verdict("bob", passwords.bob)).toBe(535);
    expect(await onHost(lab, "pgrep -xc saslauthd")).toBe("2\n");
    await onHost(lab, "pkill -9 -x saslauthd");
    await eventually(async () => expect(await verdict("alice", passwords.alice)).toBe(235));
    await reboot();
    await submit(lab, "alice", passwords.alice, "by saslauthd");
    await untilDelivered(lab, "by saslauthd");
  });

  test("back in the chroot nothing of ours is left in the shared places, and all of the others'", async () => {
    await up({ users: [alice, bob] });
    expect(await verdict("bob", passwords.bob)).toBe(235);
    expect(await onHost(lab, "sasldblistusers2 | cut -d: -f1 | sort | paste -sd' '")).toBe(
      "carol@other.test dave@other.test erin@other.test\n",
    );
    if (release === "bullseye")
      await onHost(lab, "! grep mail-relay /etc/init.d/postfix; mv /root/init /etc/init.d/postfix");
    expect(await onHost(lab, "pgrep -x saslauthd || true; ls -d /etc/mail-relay 2>/dev/null || true")).toBe("");
    expect(await onHost(lab, "id -nG postfix; dpkg-divert --list '*postfix*'; dpkg --verify postfix")).toBe(
      "postfix\n",
    );
    expect(await onHost(lab, "grep -rl mail-relay/sasldb2 /etc/default /usr/lib/postfix /etc/init.d || true")).toBe("");
    expect(changes(await lab.up())).toEqual([]);
  });
});
