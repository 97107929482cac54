import type { DialogueStep, Reply, SmtpSession } from "../../sandbox/mail/dialogue";
import { message, replies } from "./loginSession";

/**
 * Sends what a relay with a header check for X-Refused, and a limit of 100,000 bytes, takes to so many recipients and
 * then refuses, by DATA and by BDAT, and hangs up in the middle of a message. Resolves with code and enhanced code of each
 * refusal.
 */
async function refusedAfterContent(
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

const head = "From: shop@example.test\r\nMIME-Version: 1.0\r\n";
const text = "\r\nhello\r\n";
const name = "X-Refused: 1\r\n";
const part = (type: string, boundary: string, inside = name) =>
  `${head}Content-Type: ${type}\r\n\r\n--${boundary}\r\n${inside}${text}--${boundary}--\r\n`;
const nested = (depth: number): string =>
  depth === 0
    ? `${name}${text}`
    : `Content-Type: multipart/mixed; boundary="b${depth}"\r\n\r\n--b${depth}\r\n${nested(depth - 1)}\r\n--b${depth}--\r\n`;
const attached = (type: string, ...headers: string[]) =>
  `${head}Content-Type: ${type}\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;

/** Forms in which a header may come that a rule refuses. */
const hiddenForms: Record<string, string> = {
  plain: `${head}${name}${text}`,
  "in small letters": `${head}x-refused:1\r\n${text}`,
  "white space before the colon": `${head}X-Refused \t: 1\r\n${text}`,
  "a NUL in the name": `${head}X-Ref\0used: 1\r\n${text}`,
  "a NUL before the name": `${head}\0${name}${text}`,
  "behind a NUL in a value": `${head}X-A: 1\0\r\n${name}${text}`,
  "a bare CR before the colon": `${head}X-Refused\r: 1\r\n${text}`,
  "behind many folds": `${head}X-Long: ${`${"a".repeat(900)}\r\n `.repeat(100)}b\r\n${name}${text}`,
  "behind a line of white space": `${head} \r\n${name}${text}`,
  "without a body": `${head}${name}`,
  "in a part": part("multipart/mixed; boundary=b", "b"),
  "in the innermost part": `${head}${nested(60)}`,
  "deeper than Postfix looks": `${head}${nested(150)}`,
  "in an attached message": `${attached("message/rfc822")}${name}${text}`,
  "in an attached message in base64":
    attached("message/rfc822", "Content-Transfer-Encoding: base64") +
    `${Buffer.from(`${name}${text}`).toString("base64")}\r\n`,
  "in a message in parts": `${attached('message/partial; id="1"; number=1; total=1')}${name}${text}`,
  "behind a boundary of RFC 2231": part("multipart/mixed; boundary*=us-ascii''b", "b"),
  "behind a boundary in pieces": part("multipart/mixed;\r\n boundary*0=b;\r\n boundary*1=c", "bc"),
  "behind a long boundary": part(`multipart/mixed; boundary="${"b".repeat(2100)}"`, "b".repeat(2100)),
};

/** Sends each by DATA and by BDAT, and resolves with the answers to those that were not refused. */
async function slipped(logIn: () => Promise<[SmtpSession, Reply]>, sender: string): Promise<string[]> {
  const passed: string[] = [];
  const envelope = message(sender, 1);
  for (const [form, content] of Object.entries(hiddenForms)) {
    const bytes = Buffer.from(content, "latin1");
    const ways: Record<string, DialogueStep[]> = {
      DATA: [...envelope, { bytes: Buffer.concat([bytes, Buffer.from(".\r\n")]) }],
      BDAT: [...envelope.slice(0, -1), { bytes: Buffer.concat([Buffer.from(`BDAT ${bytes.length} LAST\r\n`), bytes]) }],
    };
    // Postfix hangs up on a client with many errors in a session.
    const [session] = await logIn();
    for (const [way, steps] of Object.entries(ways)) {
      const answer = (await replies(session, steps)).at(-1)!;
      if (!/^550 5\.[67]\./.test(answer)) passed.push(`${form} by ${way}: ${answer}`);
    }
    session.close();
  }
  return passed;
}

/** What a relay answers that refuses X-Refused, has a limit of 3 recipients for shop, and none for gateway. */
export function contentIsRefused(logIn: (login: string) => Promise<[SmtpSession, Reply]>): void {
  test("what is refused after DATA or BDAT uses up nothing of a login's recipients", async () => {
    const answered = await refusedAfterContent(() => logIn("shop"), "shop@example.test", 3);
    expect(answered).toEqual(["550 5.7.1", "550 5.7.1", "552 5.3.4"]);
  });

  test("a header that a rule refuses slips past it in no form, by DATA or BDAT", async () => {
    expect(await slipped(() => logIn("gateway"), "shop@example.test")).toEqual([]);
  });
}
