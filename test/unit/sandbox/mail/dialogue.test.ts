import { createServer, type AddressInfo, type Server } from "node:net";
import { once } from "node:events";
import { smtpDialogue } from "../../../../sandbox/mail/dialogue";
import { startSink, type Sink, type SinkOptions } from "../../../../sandbox/mail/sink";

jest.setTimeout(60_000);

const LOOPBACK = "127.0.0.1";
let sink: Sink | undefined;
let server: Server | undefined;

const start = async (options: Partial<SinkOptions> = {}) => {
  sink = await startSink({ address: LOOPBACK, port: 0, ...options });
  return { host: LOOPBACK, port: sink.port };
};
/** A server that sends the greeting, then each answer for one line received, then hangs up. */
const startScript = async (greeting: string, answers: string[]) => {
  server = createServer((socket) => {
    socket.write(greeting);
    socket.on("data", () => {
      const answer = answers.shift();
      if (answer === undefined) socket.destroy();
      else socket.write(answer);
    });
  }).listen(0, LOOPBACK);
  await once(server, "listening");
  return { host: LOOPBACK, port: (server.address() as AddressInfo).port };
};

afterEach(async () => {
  await sink?.close();
  server?.close();
  sink = server = undefined;
});

test("returns the code of every reply, through STARTTLS and a login", async () => {
  const target = await start({ logins: { alice: "pässword" } });
  const replies = await smtpDialogue(target, [
    "EHLO client.test",
    "STARTTLS",
    "EHLO client.test",
    { auth: "PLAIN", login: "alice", password: "pässword" },
    "MAIL FROM:<a@example.test>",
    "RCPT TO:<b@receiver.test>",
    "DATA",
    { content: "Subject: x\n\n.\n.dotted\n" },
    "QUIT",
  ]);
  expect(replies.map((reply) => reply.code)).toEqual([220, 250, 220, 250, 235, 250, 250, 354, 250, 221]);
  expect(replies[1]!.text.split("\n")).toContain("STARTTLS");
  expect(replies[3]!.text.split("\n")).not.toContain("STARTTLS");
  const [message] = await sink!.messages();
  expect(message).toMatchObject({ tls: true, login: "alice", from: "a@example.test", to: ["b@receiver.test"] });
  expect(message!.raw).toContain("\r\n.\r\n.dotted");
});

test.each([
  { password: "right", code: 235 },
  { password: "wrong", code: 535 },
])("AUTH LOGIN over implicit TLS with the $password password: $code", async ({ password, code }) => {
  const target = await start({ tls: "implicit", logins: { alice: "right" } });
  const replies = await smtpDialogue({ ...target, implicitTls: true }, [
    "EHLO client.test",
    { auth: "LOGIN", login: "alice", password },
  ]);
  expect(replies.map((reply) => reply.code)).toEqual([220, 250, code]);
});

test("goes on after a refusal, so that what follows is seen too", async () => {
  const refuse: SinkOptions["refuse"] = ({ at, to }) =>
    at === "rcpt" && to[0] === "b@elsewhere.test" ? { code: 554, text: "relay access denied" } : undefined;
  const target = await start({ refuse });
  const replies = await smtpDialogue(target, [
    "EHLO client.test",
    "MAIL FROM:<a@example.test>",
    "RCPT TO:<b@elsewhere.test>",
    "RCPT TO:<b@receiver.test>",
  ]);
  expect(replies.slice(2)).toMatchObject([{ code: 250 }, { code: 554, text: "relay access denied" }, { code: 250 }]);
});

test("joins the lines of one reply, however they arrive", async () => {
  const target = await startScript("220-one\r\n220-tw", ["o\r\n220 three\r\n"]);
  server!.once("connection", (socket) => setImmediate(() => socket.write("o\r\n220 three\r\n")));
  const replies = await smtpDialogue(target, []);
  expect(replies).toEqual([{ code: 220, text: "one\ntwo\nthree" }]);
});

test("a server that hangs up ends the replies", async () => {
  const target = await startScript("220 hello\r\n", ["250 fine\r\n"]);
  expect(await smtpDialogue(target, ["EHLO a", "MAIL FROM:<>", "RCPT TO:<b@c.test>"])).toHaveLength(2);
});

test("nobody listening is an error", async () => {
  const target = await startScript("", []);
  server!.close();
  await expect(smtpDialogue(target, [])).rejects.toThrow(/ECONNREFUSED/);
});
