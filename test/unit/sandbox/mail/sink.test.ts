import { selfSigned } from "../../../../sandbox/mail/certificate";
import { send, type MailToSend } from "../../../../sandbox/mail/client";
import { headers, type ReceivedMessage } from "../../../../sandbox/mail/mailbox";
import { startSink, type Sink, type SinkOptions } from "../../../../sandbox/mail/sink";

jest.setTimeout(60_000);

const LOOPBACK = "127.0.0.1";
const ANOTHER_LOOPBACK = "127.0.0.9";
const WAIT_MS = 20_000;

let sink: Sink;
const start = async (options: Partial<SinkOptions> = {}) => {
  sink = await startSink({ address: LOOPBACK, port: 0, ...options });
};
const mail = (changes: Partial<MailToSend> = {}): MailToSend => ({
  host: LOOPBACK,
  port: sink.port,
  from: "printer@example.test",
  to: "someone@receiver.test",
  subject: "scan 1",
  text: "first line\n.second begins with a dot\n",
  tls: "starttls",
  ...changes,
});

afterEach(() => sink.close());

test("keeps the envelope, the content and what is known of the client", async () => {
  await start();
  const { messageId } = await send(mail({ to: ["someone@receiver.test", "other@receiver.test"] }));
  const [message] = await sink.messages();
  expect(message).toMatchObject({
    from: "printer@example.test",
    to: ["someone@receiver.test", "other@receiver.test"],
    clientAddress: LOOPBACK,
    tls: true,
    login: undefined,
  });
  expect(headers(message!, "message-id")).toEqual([messageId]);
  expect(message!.raw).toContain("\r\n.second begins with a dot\r\n");
});

test("sees the client address that the client was bound to", async () => {
  await start();
  await send(mail({ localAddress: ANOTHER_LOOPBACK }));
  expect((await sink.messages()).map((message) => message.clientAddress)).toEqual([ANOTHER_LOOPBACK]);
});

test.each([
  { tls: "none", seen: false },
  { tls: "starttls", seen: true },
  { tls: "implicit", seen: true },
] as const)("tells that TLS was used ($tls): $seen", async ({ tls, seen }) => {
  await start({ tls });
  await send(mail({ tls }));
  expect((await sink.messages()).map((message) => message.tls)).toEqual([seen]);
});

test("a client that insists on STARTTLS sends nothing where it is not offered", async () => {
  await start({ tls: "none" });
  await expect(send(mail({ tls: "starttls" }))).rejects.toThrow(/STARTTLS/);
  expect(await sink.messages()).toEqual([]);
});

describe("a sink with logins", () => {
  const logins = { relay: "correct horse" };

  test.each(["PLAIN", "LOGIN"] as const)("takes the right password by %s", async (authMethod) => {
    await start({ logins });
    await send(mail({ login: "relay", password: "correct horse", authMethod }));
    expect((await sink.messages()).map((message) => message.login)).toEqual(["relay"]);
  });

  test.each([
    { name: "a wrong password", login: "relay", password: "wrong", reply: /535/ },
    { name: "an unknown login", login: "nobody", password: "correct horse", reply: /535/ },
    { name: "a login named like an object's own member", login: "constructor", password: "x", reply: /535/ },
    { name: "no login", login: undefined, password: undefined, reply: /530/ },
  ])("refuses $name", async ({ login, password, reply }) => {
    await start({ logins });
    await expect(send(mail({ login, password }))).rejects.toThrow(reply);
    expect(await sink.messages()).toEqual([]);
  });
});

test.each([
  { at: "connect", code: 421 },
  { at: "mail", code: 451 },
  { at: "rcpt", code: 550 },
  { at: "data", code: 452 },
] as const)("refuses at $at with the code and text asked for", async ({ at, code }) => {
  const text = `not now, said the sink at ${at}`;
  await start({ refuse: (attempt) => (attempt.at === at ? { code, text } : undefined) });
  await expect(send(mail())).rejects.toThrow(`${code} ${text}`);
  expect(await sink.messages()).toEqual([]);
});

test("tells the one who refuses who asks, and for whom", async () => {
  const attempts: unknown[] = [];
  await start({ refuse: (attempt) => void attempts.push(attempt) });
  await send(mail());
  const known = { clientAddress: LOOPBACK, from: "printer@example.test", to: ["someone@receiver.test"] };
  expect(attempts).toEqual([
    { at: "connect", clientAddress: LOOPBACK, from: "", to: [] },
    { ...known, at: "mail", to: [] },
    { ...known, at: "rcpt" },
    { ...known, at: "data" },
  ]);
});

test("does not acknowledge what could not be kept", async () => {
  const onMessage = () => Promise.reject(new Error("disk full"));
  await start({ onMessage });
  await expect(send(mail())).rejects.toThrow(/450 disk full/);
  expect(await sink.messages()).toEqual([]);
});

describe("a client that checks the server's certificate", () => {
  const certificate = selfSigned("localhost");

  test("sends to a server whose certificate its authority signed", async () => {
    await start({ certificate });
    await send(mail({ host: "localhost", ca: certificate.cert }));
    expect(await sink.messages()).toHaveLength(1);
  });

  test("sends nothing to another one", async () => {
    await start({ certificate });
    await expect(send(mail({ host: "localhost", ca: selfSigned("localhost").cert }))).rejects.toThrow(/certificate/);
    expect(await sink.messages()).toEqual([]);
  });
});

describe("waitForMessage", () => {
  const subject = (wanted: string) => (message: ReceivedMessage) => headers(message, "Subject")[0] === wanted;

  test("finds one that came before, and one that comes later", async () => {
    await start();
    await send(mail({ subject: "early" }));
    const later = sink.waitForMessage(subject("late"), WAIT_MS);
    await send(mail({ subject: "late" }));
    expect(headers(await sink.waitForMessage(subject("early"), WAIT_MS), "subject")).toEqual(["early"]);
    expect(headers(await later, "subject")).toEqual(["late"]);
  });

  test("gives up in the time given and says what there was", async () => {
    await start();
    await send(mail());
    await expect(sink.waitForMessage(subject("never"), 50)).rejects.toThrow(
      "no such message within 50 ms; 1 others were received",
    );
  });

  test("ends when it is called off", async () => {
    await start();
    const controller = new AbortController();
    const waiting = sink.waitForMessage(subject("never"), WAIT_MS, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });
});

test("a port that is taken is an error, not a silent second sink", async () => {
  await start();
  await expect(startSink({ address: LOOPBACK, port: sink.port })).rejects.toThrow(/EADDRINUSE/);
});

test("header fields are found in any case and unfolded, never in the body", () => {
  const message = { raw: "Received: from a\r\n\tby b\r\nRECEIVED: from c\r\nTo: x\r\n\r\nReceived: in the body\r\n" };
  expect(headers(message as ReceivedMessage, "received")).toEqual(["from a by b", "from c"]);
});
