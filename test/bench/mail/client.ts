/** Sends as fast as it can: `client.ts`, with its orders as JSON on the command line. Tells its parent what became of it. */
import { SmtpSession, type DialogueStep } from "../../../sandbox/mail/dialogue";

/** A password of the benchmark's own host is no secret. */
export interface Orders {
  host: string;
  port: number;
  localAddress: string;
  login: string;
  password: string;
  from: string;
  /** How many in all, and by how many clients side by side. */
  messages: number;
  clients: number;
  sessions: "new" | "persistent";
}

const LINE = `${"x".repeat(62)}\n`;
/** About 5 kB. */
const CONTENT = `From: a@example.test\nTo: b@receiver.test\nSubject: bench\n\n${LINE.repeat(80)}`;

async function main(orders: Orders): Promise<void> {
  let left = orders.messages;
  const client = async () => {
    while (left > 0) {
      const session = await SmtpSession.open(orders);
      const say = async (step: DialogueStep, expected: number) => demand(await session.say(step), expected);
      demand(await session.reply(), 220);
      await say("EHLO client.test", 250);
      await say("STARTTLS", 220);
      await say("EHLO client.test", 250);
      await say({ auth: "PLAIN", login: orders.login, password: orders.password }, 235);
      do {
        if (left <= 0) break;
        left -= 1;
        await say(`MAIL FROM:<${orders.from}>`, 250);
        await say("RCPT TO:<bob@receiver.test>", 250);
        await say("DATA", 354);
        await say({ content: CONTENT }, 250);
      } while (orders.sessions === "persistent");
      await say("QUIT", 221);
      session.close();
    }
  };
  await Promise.all(Array.from({ length: orders.clients }, client));
}

function demand({ code, text }: { code: number; text: string }, expected: number): void {
  if (code !== expected) throw new Error(`${code} ${text} instead of ${expected}`);
}

// Loading is no part of the measure, so it waits for the word.
if (require.main === module) {
  const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
  process.once("message", () => {
    main(orders)
      .then(() => process.send?.("sent"))
      .catch((error: unknown) => process.send?.(`failed: ${(error as Error).message}`))
      .finally(() => process.disconnect());
  });
  process.send?.("ready");
}
