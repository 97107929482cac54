import type { RelayOutputs } from "../../sandbox/lab";
import { loggedIn } from "./loginSession";

const own = "From: alice@example.test";
const foreign = "ceo@example.test";

/** Headers of alice's messages from an envelope's sender, and the code of the reply to each. */
export const headerForms = (sender: string): [code: number, headers: string][] => [
  [250, own],
  [250, 'From: "Alice" <ALICE+shop@Example.TEST> (desk)\nSender: alice@example.test'],
  [250, "From: =?utf-8?q?ceo=40example.test?= <alice@example.test>"],
  [553, `From: ${foreign}`],
  [553, `From: alice@example.test,\n ${foreign}`],
  [553, `${own}\n${own}`],
  [553, `X-First: 1\nFrom : ${foreign}`],
  [553, `${own}\nSender: ${foreign}`],
  [553, `${own}\nResent-From: ${foreign}`],
  [553, "From: Everyone: alice@example.test;"],
  [553, "From: alice"],
  // Postfix adds the sender's; that of the null sender is the mail system.
  [sender === "" ? 553 : 250, "X-Mailer: without From"],
];

/** What alice is answered to each of those, from her own address or as the null sender, in one session. */
export async function answers(
  outputs: RelayOutputs,
  from: string,
  sender: string,
  subject: string,
): Promise<[code: number, headers: string][]> {
  const [session] = await loggedIn(outputs, from, "alice");
  const found: [number, string][] = [];
  for (const [, headers] of headerForms(sender)) {
    for (const step of [`MAIL FROM:<${sender}>`, "RCPT TO:<bob@receiver.test>", "DATA"]) await session.say(step);
    const { code, text } = await session.say({ content: `${headers}\nSubject: ${subject} ${found.length}\n\nhello` });
    if (code === 553 && !text.startsWith("5.7.1 ")) throw new Error(`${headers}: ${text}`);
    found.push([code, headers]);
  }
  session.close();
  return found;
}
