import { createTransport, type SendMailOptions, type SentMessageInfo } from "nodemailer";
import type { RelayOutputs } from "../../sandbox/lab";
import { SmtpSession, type DialogueStep, type Reply } from "../../sandbox/mail/dialogue";

/** A session on port 587 that has tried to log in, from an address, and the verdict. */
export async function loggedIn(
  { address, logins }: RelayOutputs,
  from: string,
  login: string,
  password = logins[login] ?? "",
): Promise<[SmtpSession, Reply]> {
  const session = await SmtpSession.open({ host: address, port: 587, localAddress: from });
  await session.reply();
  for (const step of ["EHLO laptop.internal", "STARTTLS", "EHLO laptop.internal"]) await session.say(step);
  return [session, await session.say({ auth: "PLAIN", login, password })];
}

/** Code and text of the reply to each step. */
export async function replies(session: SmtpSession, steps: DialogueStep[]): Promise<string[]> {
  const said: string[] = [];
  for (const step of steps) {
    const { code, text } = await session.say(step);
    said.push(`${code} ${text}`);
  }
  return said;
}

/** A message to so many recipients, up to DATA. */
export const message = (sender: string, recipients: number): DialogueStep[] => [
  `MAIL FROM:<${sender}>`,
  ...Array.from({ length: recipients }, (_, index) => `RCPT TO:<to${index}@receiver.test>`),
  "DATA",
];

/** One of a relay's servers, as the outputs name it. */
export interface Server {
  host: string;
  port: number;
  implicit: boolean;
}

/** Sends as a client that knows only what the relay's outputs say, and checks the certificate and its name. */
export async function sendAs(
  client: { outputs: RelayOutputs; certificate: string; localAddress: string },
  server: Server,
  user: string,
  mail: SendMailOptions,
): Promise<SentMessageInfo> {
  const { outputs, certificate, localAddress } = client;
  const transport = createTransport({
    host: outputs.address,
    port: server.port,
    secure: server.implicit,
    requireTLS: !server.implicit,
    tls: { ca: certificate, servername: server.host },
    localAddress,
    name: "laptop.internal",
    auth: { user, pass: outputs.logins[user.replace(/@.*/, "")] },
  });
  try {
    return await transport.sendMail({ from: "alice@example.test", to: "bob@receiver.test", text: "hello", ...mail });
  } finally {
    transport.close();
  }
}
