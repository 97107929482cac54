import type { DialogueStep, Reply, SmtpSession } from "../../sandbox/mail/dialogue";
import { message, replies } from "./loginSession";

/**
 * Sends what a relay with a header check for X-Refused, and a limit of 100,000 bytes, takes to so many recipients and
 * then refuses, by DATA and by BDAT, and hangs up in the middle of a message. Resolves with code and enhanced code of each
 * refusal.
 */
export async function refusedAfterContent(
  logIn: () => Promise<[SmtpSession, Reply]>,
  sender: string,
  recipients: number,
): Promise<string[]> {
  const envelope = message(sender, recipients);
  const chunk = "X-Refused: 1\r\n\r\nhello";
  const messages: DialogueStep[][] = [
    [...envelope, { content: "X-Refused: 1\nSubject: refused\n\nhello" }],
    [...envelope.slice(0, -1), `BDAT ${chunk.length + 2} LAST\r\n${chunk}`],
    [...envelope, { content: `Subject: big\n\n${"0123456789\n".repeat(10_000)}` }],
  ];
  const [session] = await logIn();
  const refusals: string[] = [];
  for (const steps of messages) refusals.push((await replies(session, steps)).at(-1)!.slice(0, 9));
  session.close();
  const [cutOff] = await logIn();
  await replies(cutOff, envelope);
  cutOff.close();
  return refusals;
}
