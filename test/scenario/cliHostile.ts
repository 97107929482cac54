import type { Trace } from "../../cli/commands/trace";
import { loggedIn, replies } from "./loginSession";
import type { QueueLab } from "./queueLab";
import { eventually, onHost } from "./support";

const delivered = "relay=mx.example.net[192.0.2.5]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)";
const forged = `"x@example.net>, ${delivered}"@receiver.test`;
const elsewhere = "unknown[192.0.2.1]: SASL PLAIN authentication failed";

/** What the command tells of messages whose senders and servers write into the log what Postfix writes. */
export function describeHostile(queue: () => QueueLab): void {
  let ids: string[];

  beforeAll(async () => {
    const { lab } = queue();
    await queue().empty();
    const outputs = await lab.outputs();
    const stranger = lab.cloud.strangerClient;
    const send = async (messageId: string) => {
      const [session] = await loggedIn(outputs, stranger, "alice");
      const said = await replies(session, [
        'MAIL FROM:<alice@example.test> AUTH="a, sasl_username=printer@example.test"',
        `RCPT TO:<${forged}>`,
        "RCPT TO:<liar@receiver.test>",
        "DATA",
        { content: `Message-ID: ${messageId}\r\n\r\nhello` },
      ]);
      session.close();
      return /queued as (\w+)/.exec(said.at(-1)!)![1]!;
    };
    const first = await send("<first@example.test>");
    ids = [first, await send(`<orig_id=${first}>`)];
    for (const login of ["x, sasl_username=printer", "printer[127.0.0.1]"]) {
      const [session] = await loggedIn(outputs, stranger, login, "wrong");
      await replies(session, [`AUTH "${elsewhere}"`]);
      session.close();
    }
    await eventually(() => onHost(lab, "! postqueue -j | grep -q ."));
    // Any user may log in any program's name.
    const claim = `${first}: to=<eve@example.net>, ${delivered}`;
    await onHost(lab, `runuser -u nobody -- logger -p mail.info -t postfix/smtp '${claim}'`);
    await eventually(() => onHost(lab, "journalctl -q -o cat SYSLOG_FACILITY=2 | grep -q 'to=<eve@'"));
  });

  test("an address, a Message-ID and a reply make no outcome and hide none", async () => {
    const traced = await queue().relay.json<Trace>("trace", ids[0]!);
    expect(traced.about).toMatchObject({ login: "alice@example.test", message_id: "first@example.test" });
    const outcomes = traced.recipients.filter(({ id }) => id === ids[0]);
    expect(outcomes.map(({ recipient, status }) => `${recipient} ${status}`).sort()).toEqual(
      [`${forged} bounced`, "liar@receiver.test bounced"].sort(),
    );
    // The message itself and its bounce.
    expect(traced.ids).toHaveLength(2);
    expect(traced.ids).not.toContain(ids[1]);
    for (const status of ["sent", "deferred"]) {
      const { stdout } = await queue().relay.run("logs", "--status", status, "--json");
      expect(stdout).not.toContain(ids[0]);
    }
    const { destinations } = await queue().relay.json<{ destinations: Record<string, unknown>[] }>("top");
    expect(destinations.map(({ domain }) => domain)).not.toContain("example.net");
  });

  test("a login and an address are those of the session", async () => {
    const { relay, lab } = queue();
    const { users, unknown } = await relay.json<{
      users: { login: string; uses: number; failures: number }[];
      unknown: { failures: number; clients: { client: string }[] };
    }>("users");
    expect(users).toMatchObject([
      { login: "alice", uses: 2, failures: 0 },
      { login: "printer", uses: 0, failures: 0 },
    ]);
    expect(unknown.clients.map(({ client }) => client)).toEqual([lab.cloud.strangerClient]);
    expect((await relay.run("logs", "--login", "printer")).stdout).toBe("");
    const { stdout } = await relay.run("--mask", "logs", "--login", "alice");
    expect(stdout).toContain('to=<"…"@receiver.test>');
  });

  test("a reply cannot act on the terminal", async () => {
    const traced = await queue().relay.json<Trace>("trace", ids[0]!);
    const { reason } = traced.recipients.find(({ recipient }) => recipient === "liar@receiver.test")!;
    expect(reason).toContain("\u202e");
    const asText = await queue().relay.run("trace", ids[0]!);
    const asJson = await queue().relay.run("trace", ids[0]!, "--json");
    expect(asText.stdout).toMatch(/bounced by .*5\.1\.1 \ufffd/);
    for (const { stdout } of [asText, asJson]) expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
}
