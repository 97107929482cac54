import { SmtpSession, type DialogueStep } from "../../../sandbox/mail/dialogue";
import type { Shape } from "./shape";

export interface Submission {
  host: string;
  port: number;
  localAddress: string;
  /** Login and password, where it takes them. */
  as?: [login: string, password: string];
}

const content = (message: Buffer) => {
  const text = message.toString("latin1");
  const stuffed = text.replace(/(^|\r\n)\./g, "$1..");
  return Buffer.from(`${stuffed}${stuffed.endsWith("\r\n") ? "" : "\r\n"}.\r\n`, "latin1");
};

/** Submits all messages in one session, each to all recipients given and its own. */
export async function submitAll(
  { host, port, localAddress, as }: Submission,
  shapes: Shape[],
  recipients: string[],
): Promise<void> {
  const session = await SmtpSession.open({ host, port, localAddress });
  const say = async (step: DialogueStep, code: number, what: string) => {
    const reply = await session.say(step);
    if (reply.code !== code) throw new Error(`${what}: ${reply.code} ${reply.text}`);
  };
  try {
    await session.reply();
    await say("EHLO client.test", 250, "EHLO");
    await say("STARTTLS", 220, "STARTTLS");
    await say("EHLO client.test", 250, "EHLO");
    if (as) await say({ auth: "PLAIN", login: as[0], password: as[1] }, 235, "AUTH");
    for (const { name, message, chunked, declares = [], from = "alice@example.test", others = [] } of shapes) {
      await say([`MAIL FROM:<${from}>`, ...declares].join(" "), 250, name);
      for (const to of [...recipients, ...others]) await say(`RCPT TO:<${to}>`, 250, name);
      if (chunked) {
        const command = Buffer.from(`BDAT ${message.length} LAST\r\n`);
        await say({ bytes: Buffer.concat([command, message]) }, 250, name);
      } else {
        await say("DATA", 354, name);
        await say({ bytes: content(message) }, 250, name);
      }
    }
  } finally {
    session.close();
  }
}
