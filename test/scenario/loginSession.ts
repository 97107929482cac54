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
