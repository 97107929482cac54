import { execFile } from "node:child_process";
import type { DnsRecord } from "../../sandbox/cloud/types";
import type { Lab } from "../../sandbox/lab";
import { TEST_PREFIX } from "../../sandbox/names";
import { MAIL_RELAY } from "../compiled";
import type { Examination } from "../../cli/doctor/examine";
import type { DriftSeen, Reply, Survey } from "../../cli/survey";
import { tellsAnotherClock } from "./cliClock";
import { keep, mainCf, pem, putBack, type DnsFault } from "./cliFaults";
import { fileFaults } from "./cliFaultsFiles";
import { servingFaults } from "./cliFaultsServing";
import { describeDnsAdvice, published } from "./cliDoctorDns";
import { describeNoticedFaults } from "./cliFaultsNoticed";
import { onHost, patience, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real command, as a person starts it; what it reads from standard input is closed. */
function mailRelay(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIL_RELAY, "--sandbox", `${TEST_PREFIX}doctor`, ...args],
      { maxBuffer: 1 << 26, env: process.env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

let lab: Lab;
let address: string;
let records: DnsRecord[];
let ofStack: DnsRecord[];

const groups = (relay: string, refusing: string) => [...servingFaults(relay), ...fileFaults(relay, refusing)];

/** Looks with the sandbox's own name server and server to reach; the block list is the one that the deploy asks. */
const doctor = (...args: string[]) =>
  mailRelay(
    ...["doctor", "--resolver", lab.cloud.gateway, "--egress-host", "mx.receiver.test", "--seconds", "3"],
    ...["--dkim-selector", "mail", ...args],
  );

/** The records without the one of a name, or of a name and a type, and with another one. */
function changed(before: DnsRecord[], fault: DnsFault): DnsRecord[] {
  const [name, type] = (fault.without ?? "").split(" ");
  const left = before.filter((record) => record.name !== name || (type !== undefined && record.type !== type));
  return fault.with ? [...left, fault.with] : left;
}

beforeAll(async () => {
  lab = await testLab("doctor", {
    config: { metrics: true, dkim: {}, limits: { ban: {} }, blockLists: ["bl.receiver.test"] },
  });
  await lab.up();
  const outputs = await lab.outputs();
  ({ address } = outputs);
  ofStack = published(outputs.dnsRecords as DnsRecord[]);
  records = [
    { name: "mx.receiver.test", type: "A", value: lab.cloud.gateway },
    { name: "receiver.test", type: "MX", value: "mx.receiver.test" },
    { name: "somewhere.example.test", type: "A", value: address },
    { name: "mail._domainkey.example.test", type: "TXT", value: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7h" },
    ...ofStack,
  ];
  await lab.cloud.setDns(records);
});

afterAll(() => lab?.close());

describe("a healthy relay", () => {
  test("has nothing wrong with it", async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/^all is well \(\d\d checks\)\n$/);
    expect(code).toBe(0);
  });

  tellsAnotherClock(doctor);

  test("shows on one screen what Postfix and the last deploy say", async () => {
    const { code, stdout } = await mailRelay("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^services +postfix runs, .*mail-relay-login-limit\.socket runs, .*mail-relay-watch\.timer runs$/m,
    );
    expect(stdout).toMatch(/^listeners +25 STARTTLS; 587 STARTTLS, logins by LOGIN PLAIN$/m);
    expect(stdout).toMatch(/^queue +empty$/m);
    expect(stdout).toMatch(/^certificate +ends in 36\d\d days, for relay\.example\.test, self-signed$/m);
    const { deploy } = JSON.parse((await mailRelay("status", "--json")).stdout) as Survey<"deploy">;
    const { proof } = await lab.outputs();
    expect(deploy.seen?.proof?.result).toEqual(proof);
    expect(deploy.seen?.generation).toBe((await onHost(lab, "readlink /etc/postfix/generations/current")).trim());
  });

  test.each<[what: string, options: string[], reply: string]>([
    ["a stranger on 25", ["--listener", "25"], "554 5.7.1 <bob@receiver.test>: Relay access denied"],
    ["a stranger on 587", [], "554 5.7.1 <bob@receiver.test>: Recipient address rejected: Access denied"],
    ["a login", ["--as", "alice"], "250 2.1.5 Ok"],
    [
      "another login",
      ["--as", "printer"],
      "553 5.7.1 <alice@example.test>: Sender address rejected: not owned by user printer",
    ],
  ])("tells what it would answer to %s, without mail", async (_what, options, reply) => {
    const question = [
      "--from-client",
      "203.0.113.9",
      "--sender",
      "alice@example.test",
      "--recipient",
      "bob@receiver.test",
    ];
    const { code, stdout } = await mailRelay("ask", ...question, ...options, "--json");
    const { accepted, replies } = JSON.parse(stdout) as { accepted: boolean; replies: Reply[] };
    const last = replies.at(-1)!;
    expect(`${last.code} ${last.text}`).toBe(reply);
    expect({ code, accepted }).toEqual(
      reply.startsWith("250") ? { code: 0, accepted: true } : { code: 1, accepted: false },
    );
    expect(await onHost(lab, "postqueue -j")).toBe("");
  });

  test("lets a trusted client relay on 25", async () => {
    const client = ["--from-client", lab.cloud.trustedClient, "--listener", "25"];
    const { code, stdout } = await mailRelay("ask", ...client, "--sender", "<>", "--recipient", "bob@receiver.test");
    expect({ code, end: stdout.split("\n").slice(-3, -1) }).toEqual({ code: 0, end: ["< 250 2.1.5 Ok", "accepted"] });
  });

  test("asks nothing for a client by IPv6, of which it has none", async () => {
    const client = ["--from-client", "2001:db8::9", "--sender", "<>", "--recipient", "bob@receiver.test"];
    const { code, stdout, stderr } = await mailRelay("ask", ...client);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("takes no clients by IPv6, such as 2001:db8::9 (inetProtocols)");
  });

  test("sends a real message as a user, and follows it to its end", async () => {
    const sent = await mailRelay("send", "--as", "alice", "--to", "bob@receiver.test", "--subject", "from the desk");
    expect(sent.stdout).toMatch(/^delivered: 250 /m);
    expect(sent.code).toBe(0);
    await untilDelivered(lab, "from the desk");
    const deferred = await mailRelay("send", "--as", "alice", "--to", `bob@[${lab.cloud.trustedClient}]`, "--json");
    const { status, reason } = JSON.parse(deferred.stdout) as { status: string; reason: string };
    expect({ status, code: deferred.code }).toEqual({ status: "deferred", code: 1 });
    expect(reason).toMatch(/Connection refused/);
    await onHost(lab, "postsuper -d ALL 2>/dev/null");
    const refused = await mailRelay("send", "--as", "alice", "--from", "bob@example.test", "--to", "bob@receiver.test");
    expect(refused.stderr).toMatch(/refuses the message: .*553 5\.7\.1/);
    expect(refused.code).toBe(1);
    const unknown = await mailRelay("send", "--as", "nobody", "--to", "bob@receiver.test");
    expect({ code: unknown.code, stderr: unknown.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no password of nobody: give it on standard input/) as string,
    });
  });

  test("knows who used it, and tells no password", async () => {
    const { stdout, stderr } = await mailRelay("users", "--json");
    const { users } = JSON.parse(stdout) as { users: { login: string; uses: number; lastClient: string | null }[] };
    expect(users.map(({ login, uses }) => [login, uses])).toEqual([
      ["alice", 2],
      ["printer", 0],
    ]);
    for (const password of Object.values((await lab.outputs()).logins)) expect(stdout + stderr).not.toContain(password);
  });

  test("shows what was changed by hand, but no secret", async () => {
    expect(await mailRelay("drift")).toMatchObject({ code: 0, stdout: "the host is as the last deploy left it\n" });
    await onHost(lab, keep);
    await onHost(
      lab,
      `sed -i --follow-symlinks 's|^mynetworks = |&203.0.113.0/24, |' /etc/postfix/main.cf
echo canary-secret >>/etc/mail-relay-watch.json; chmod 666 $(readlink -f /etc/postfix/aliases)
printf %s canary-secret | saslpasswd2 -p -c -f /var/spool/postfix/sasl/relay.db -u example.test guest`,
    );
    const { code, stdout } = await mailRelay("drift");
    await onHost(lab, `${putBack}; sed -i '/canary-secret/d' /etc/mail-relay-watch.json`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\/etc\/postfix\/main\.cf: the content was changed$/m);
    expect(stdout).toMatch(/^ {2}-mynetworks = 127/m);
    expect(stdout).toMatch(/^ {2}\+mynetworks = 203\.0\.113\.0\/24, 127/m);
    expect(stdout).toMatch(/^\/etc\/postfix\/aliases: mode and owner are 666 root:root instead of 644 root:root$/m);
    expect(stdout).toMatch(/^\/etc\/mail-relay-watch\.json: .* it is not shown, because it is secret$/m);
    expect(stdout).toMatch(/relay\.db: logins were added guest@example\.test$/m);
    expect(stdout).not.toContain("canary-secret");
  });

  test("tells a person what to enter into a mail client", async () => {
    const { stdout } = await mailRelay("settings", "alice", "--json");
    expect(JSON.parse(stdout)).toEqual([
      { host: "relay.example.test", port: 587, tls: "starttls", authentication: ["PLAIN", "LOGIN"], userName: "alice" },
    ]);
    expect((await mailRelay("settings", "alice", "--thunderbird")).stdout).toContain(
      "<socketType>STARTTLS</socketType>",
    );
    expect(await mailRelay("settings", "nobody")).toMatchObject({
      code: 1,
      stderr: 'mail-relay: there is no login "nobody"; the logins are: alice, printer\n',
    });
  });
});

describe("a relay that something is wrong with", () => {
  test.each([
    ["a unit", "systemctl stop mail-relay-watch.timer", /^services .*mail-relay-watch\.timer does not run/m],
    [
      "a listener",
      `${mainCf("smtpd_tls_chain_files", "/nowhere")}; postfix reload`,
      /^listeners +25 (?!STARTTLS).*; 587 (?!STARTTLS)/m,
    ],
  ])("the status shows that %s is down, and its exit code too", async (_what, break_, shown) => {
    await onHost(lab, `${keep}; ${break_}`);
    const { code, stdout } = await mailRelay("status");
    await onHost(lab, `${putBack}; systemctl start mail-relay-watch.timer`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(shown) as string });
  });

  test("no password is sent to a server with another one's certificate", async () => {
    const made = "-keyout /root/key -out /root/cert -subj /CN=other.test -addext subjectAltName=DNS:other.test";
    const serve = `openssl req -x509 -newkey rsa:2048 -nodes ${made} 2>&1; cat /root/key /root/cert >${pem}; postfix reload`;
    await onHost(lab, `${keep}; ${serve}`);
    const { code, stderr } = await mailRelay("send", "--as", "alice", "--to", "bob@receiver.test");
    await onHost(lab, `${putBack}; rm /root/key /root/cert`);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/: no TLS that this machine trusts: .*; nothing was sent\n$/) as string,
    });
  });

  test("at least 25 faults are seeded", () => {
    const all = groups(address, lab.cloud.trustedClient).flatMap(({ host, dns }) => [...host, ...dns]);
    expect(all.length).toBeGreaterThanOrEqual(25);
  });

  test.each(groups("ADDRESS", "REFUSING").map(({ name }) => name))(
    "%s: each fault is found, and said",
    async (name) => {
      const { host, dns } = groups(address, lab.cloud.trustedClient).find((group) => group.name === name)!;
      await onHost(lab, keep);
      try {
        for (const { seed } of host) await onHost(lab, seed);
        if (dns.length > 0) await lab.cloud.setDns(dns.reduce(changed, records));
        const { code, stdout } = await doctor("--json");
        const { findings } = JSON.parse(stdout) as Examination;
        const unfound = [...host, ...dns].filter(
          ({ id, said }) => !findings.some((finding) => finding.id === id && said.test(finding.what)),
        );
        const told = findings.map(({ id, what }) => `${id}: ${what}`);
        expect({ unfound: unfound.map(({ what }) => what), told }).toEqual({ unfound: [], told });
        expect(findings.every(({ todo }) => todo.length > 10)).toBe(true);
        expect(code).toBe(1);
      } finally {
        if (dns.length > 0) await lab.cloud.setDns(records);
        for (const { undo } of host) await onHost(lab, undo);
        await onHost(lab, putBack);
      }
    },
  );

  const inJson = async <Seen>(ran: Promise<Ran>) => JSON.parse((await ran).stdout) as Seen;
  describeNoticedFaults(() => ({
    lab,
    doctor: () => inJson<Examination>(doctor("--json")),
    drift: () => inJson<DriftSeen>(mailRelay("drift", "--json")),
  }));

  describeDnsAdvice(() => ({ lab, doctor, address, records, ofStack }));

  test("once all is put right, nothing is wrong any more", async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/^all is well/);
    expect(code).toBe(0);
  });
});
