import type { Lab } from "../../sandbox/lab";
import { send } from "../../sandbox/mail/client";
import { smtpDialogue } from "../../sandbox/mail/dialogue";
import { RELEASES } from "../../sandbox/names";
import {
  changes,
  eventually,
  onHost,
  onlyDroplet,
  patience,
  remoteCommands,
  sshConnections,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

const created = [
  "create relay",
  "create relay-apply",
  "create relay-deploy-key",
  "create relay-drain",
  "create relay-droplet",
  "create relay-firewall",
  "create relay-host-key",
  "create relay-install",
  "create relay-listeners-firewall",
  "create relay-password-alice",
  "create relay-password-printer",
  "create relay-proof",
  "create relay-ssh-key",
  "create relay-users",
];

describe.each(RELEASES)("a relay on %s", (release) => {
  let lab: Lab;
  let address: string;
  let logins: Record<string, string>;

  /** A dialogue of a stranger's unless said otherwise; the codes in order, the last text on failure. */
  const dialogue = (port: number, steps: Parameters<typeof smtpDialogue>[1], localAddress = lab.cloud.strangerClient) =>
    smtpDialogue({ host: address, port, localAddress }, steps);

  const mail = (subject: string, change: Partial<Parameters<typeof send>[0]> = {}) =>
    send({
      host: address,
      port: 587,
      localAddress: lab.cloud.strangerClient,
      login: "alice",
      password: logins.alice,
      from: "alice@example.test",
      to: "bob@receiver.test",
      subject,
      text: "hello",
      tls: "starttls",
      ...change,
    });

  beforeAll(async () => {
    lab = await testLab(`relay-${release}`, { release });
  });

  afterAll(() => lab?.close());

  test("one up creates everything, with at most five SSH connections", async () => {
    const result = await lab.up();
    expect(changes(result).sort()).toEqual(created);
    const outputs = await lab.outputs();
    ({ address, logins } = outputs);
    expect(outputs).toMatchObject({
      hostname: "relay.example.test",
      endpoints: [
        { port: 25, tls: "starttls", auth: false },
        { port: 587, tls: "starttls", auth: true },
      ],
    });
    expect(Object.keys(logins)).toEqual(["alice", "printer"]);
    const connections = await sshConnections(lab);
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThanOrEqual(5);
    expect((await lab.engine.exportState(lab.stack)).length).toBeLessThanOrEqual(300_000);
  });

  test("its packages come before the installers of the cloud's own agents, which give up when apt is at work", async () => {
    await onHost(lab, "cloud-init status --wait");
    const units = "UNIT=mail-relay-packages.service UNIT=cloud-final.service";
    const log = await onHost(lab, `journalctl -q -o cat ${units} | grep -E '^(Starting|Finished) '`);
    const of = (line: string) => (line.includes("early.sh") ? "packages" : "cloud-final");
    expect(
      log
        .trim()
        .split("\n")
        .map((line) => `${line.split(" ")[0]} ${of(line)}`),
    ).toEqual(["Starting packages", "Finished packages", "Starting cloud-final", "Finished cloud-final"]);
  });

  test.each(["PLAIN", "LOGIN"] as const)("a login with %s sends, and the message arrives once", async (authMethod) => {
    const subject = `login ${authMethod}`;
    await mail(subject, { authMethod });
    const message = await untilDelivered(lab, subject);
    expect(message.to).toEqual(["bob@receiver.test"]);
    expect(message.raw).toContain("with ESMTPSA");
    const again = (await lab.sink.messages()).filter(({ raw }) => raw.includes(`Subject: ${subject}`));
    expect(again).toHaveLength(1);
  });

  test("a wrong password is refused with 535", async () => {
    await mail("right password first");
    await expect(mail("wrong", { password: `${logins.alice}x` })).rejects.toThrow(/535 5\.7\.8/);
  });

  test("AUTH is neither offered nor accepted before TLS", async () => {
    const [, hello, refused] = await dialogue(587, [
      "EHLO client.test",
      { auth: "PLAIN", login: "alice", password: logins.alice! },
    ]);
    expect(hello?.text).not.toMatch(/AUTH/);
    expect(refused?.code).toBe(530);
    const replies = await dialogue(587, [
      "EHLO client.test",
      "STARTTLS",
      "EHLO client.test",
      { auth: "PLAIN", login: "alice", password: logins.alice! },
    ]);
    expect(replies[3]?.text).toMatch(/^AUTH PLAIN LOGIN$/m);
    expect(replies[4]?.code).toBe(235);
  });

  test("port 25 offers no AUTH, with TLS or without", async () => {
    const replies = await dialogue(25, ["EHLO client.test", "STARTTLS", "EHLO client.test"]);
    expect(replies.map(({ code }) => code)).toEqual([220, 250, 220, 250]);
    expect(replies[1]?.text).not.toMatch(/AUTH/);
    expect(replies[3]?.text).not.toMatch(/AUTH/);
  });

  test("a client in myNetworks relays without login, a stranger gets 554 and nothing reaches the sink", async () => {
    const trusted = { port: 25, login: undefined, tls: "none", localAddress: lab.cloud.trustedClient } as const;
    await mail("from a trusted client", trusted);
    await untilDelivered(lab, "from a trusted client");

    await expect(mail("from a stranger", { ...trusted, localAddress: lab.cloud.strangerClient })).rejects.toThrow(
      /554 5\.7\.1/,
    );
    const unauthenticated = await dialogue(587, [
      "EHLO client.test",
      "STARTTLS",
      "EHLO client.test",
      "MAIL FROM:<alice@example.test>",
      "RCPT TO:<bob@receiver.test>",
    ]);
    expect(unauthenticated.at(-1)?.code).toBe(554);

    // Whatever the stranger had slipped in would have arrived before this one.
    await mail("after the stranger");
    await untilDelivered(lab, "after the stranger");
    const slipped = (await lab.sink.messages()).filter(({ raw }) => raw.includes("Subject: from a stranger"));
    expect(slipped).toEqual([]);
  });

  test("mail for the own domain leaves by MX instead of being delivered here", async () => {
    await mail("to the own domain", { to: "root@example.test" });
    const message = await untilDelivered(lab, "to the own domain");
    expect(message.to).toEqual(["root@example.test"]);
  });

  test("a local recipient that does not exist is refused at RCPT, even for a trusted client", async () => {
    const [, , , known, unknown] = await dialogue(
      25,
      [
        "EHLO client.test",
        "MAIL FROM:<a@example.test>",
        "RCPT TO:<root@relay.example.test>",
        "RCPT TO:<nobody-here@relay.example.test>",
      ],
      lab.cloud.trustedClient,
    );
    expect(known?.code).toBe(250);
    expect(unknown?.code).toBe(550);
  });

  test("the user database lies once, inside the chroot, closed to the world", async () => {
    const stat = "stat -c '%n %U:%G %a' /var/spool/postfix/sasl /var/spool/postfix/sasl/*";
    expect((await onHost(lab, stat)).trim().split("\n")).toEqual([
      "/var/spool/postfix/sasl root:postfix 750",
      "/var/spool/postfix/sasl/relay.db root:postfix 640",
    ]);
    const users = (file: string) => onHost(lab, `db_dump ${file} | grep -c '^ ' || true`);
    expect(await users("/var/spool/postfix/sasl/relay.db")).toBe("4\n");
    // The package makes this one, empty.
    expect(await users("/etc/sasldb2")).toBe("0\n");
  });

  test("a second up runs no remote command and opens no SSH connection", async () => {
    const before = await sshConnections(lab);
    const requests = (await lab.cloud.requests()).length;
    const result = await lab.up();
    expect(changes(result)).toEqual([]);
    expect(remoteCommands(result)).toEqual([]);
    expect(await sshConnections(lab)).toBe(before);
    expect(await lab.cloud.requests()).toHaveLength(requests);
  });

  const withScanner = (password: string) => ({
    users: [{ login: "alice" }, { login: "printer" }, { login: "scanner", password }],
  });
  const postfixPid = () => onHost(lab, "cat /var/spool/postfix/pid/master.pid");
  const reloads = () => onHost(lab, "journalctl -q | grep -c 'postfix.*reload' || true");
  const mailAsScanner = (password: string) =>
    mail(`scanner with ${password}`, { login: "scanner", password, from: "scanner@example.test" });

  test("a preview of an added user plans users, configuration and proof, and touches nothing", async () => {
    lab.configure(withScanner("first"));
    const before = await sshConnections(lab);
    const result = await lab.preview();
    expect(changes(result).sort()).toEqual(["update relay-apply", "update relay-proof", "update relay-users"]);
    expect(await sshConnections(lab)).toBe(before);
  });

  test("an added user can send, the others' passwords stay, and Postfix is not restarted", async () => {
    const pid = await postfixPid();
    const result = await lab.up();
    expect(changes(result).sort()).toEqual(["update relay-apply", "update relay-proof", "update relay-users"]);
    expect((await lab.outputs()).logins.alice).toBe(logins.alice);
    await mailAsScanner("first");
    await untilDelivered(lab, "scanner with first");
    expect(await postfixPid()).toBe(pid);
  });

  test("a rotated password takes one remote step and the proof; Postfix is not even reloaded", async () => {
    const before = [await postfixPid(), await reloads(), await sshConnections(lab)] as const;
    lab.configure(withScanner("second"));
    const result = await lab.up();
    expect(changes(result).sort()).toEqual(["update relay-proof", "update relay-users"]);
    await mailAsScanner("second");
    await expect(mailAsScanner("first")).rejects.toThrow(/535/);
    expect([await postfixPid(), await reloads(), await sshConnections(lab)]).toEqual([
      before[0],
      before[1],
      before[2] + 2,
    ]);
  });

  test("a removed user is refused at once", async () => {
    lab.configure({});
    await lab.up();
    await expect(mailAsScanner("second")).rejects.toThrow(/535/);
  });

  test.each([
    ["postfix reload", "postfix reload"],
    ["restart", "systemctl restart postfix"],
    [
      "reinstallation of the packages",
      "DEBIAN_FRONTEND=noninteractive apt-get install -qq --reinstall postfix sasl2-bin libsasl2-modules",
    ],
  ])("logins survive a %s", async (name, script) => {
    await mail(`before ${name}`);
    await onHost(lab, `${script} >/tmp/out 2>&1 </dev/null || { cat /tmp/out; exit 1; }; rm /tmp/out`);
    await eventually(() => mail(`after ${name}`));
    await untilDelivered(lab, `after ${name}`);
  });

  test("logins survive a reboot, and nothing then differs from what was deployed", async () => {
    await mail("before the reboot");
    await lab.cloud.reboot(await onlyDroplet(lab));
    await eventually(() => mail("after the reboot"));
    await untilDelivered(lab, "after the reboot");
    expect(
      await onHost(lab, "systemctl --failed --no-legend --plain | grep -E 'postfix|mail-relay|sasl' || true"),
    ).toBe("");
    expect(changes(await lab.up())).toEqual([]);
  });

  test("user data is closed to everybody but root, after the reboot too", async () => {
    const get =
      "python3 -c \"import urllib.request as u; print(u.urlopen('http://169.254.169.254/metadata/v1/user-data', timeout=5).read().decode()[:13])\"";
    expect(await onHost(lab, get)).toBe("#cloud-config\n");
    await expect(onHost(lab, `runuser -u nobody -- ${get}`)).rejects.toThrow(/Errno 13|Permission denied/);
  });

  test("destroy leaves nothing", async () => {
    await lab.destroy();
    // The API has forgotten the droplet; its container may take a moment longer to go.
    await eventually(async () => expect(await lab.cloud.droplets()).toEqual([]));
    const state = JSON.parse(await lab.engine.exportState(lab.stack)) as { deployment?: { resources?: unknown[] } };
    expect(state.deployment?.resources ?? []).toEqual([]);
  });
});
