/** Sends as fast as it can: `client.ts`, with its orders as JSON on the command line. Tells its parent what became of it. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";

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

const LINE = `${"x".repeat(62)}\r\n`;
/** About 5 kB. */
const CONTENT = `From: a@example.test\r\nTo: b@receiver.test\r\nSubject: bench\r\n\r\n${LINE.repeat(80)}.`;

/** One for all, for making it costs as much as a handshake; no session is taken up again. */
const secureContext = createSecureContext();

/**
 * A session with as little as can be between the orders and the relay: client and relay share the machine, and what one
 * of them uses, the other lacks.
 */
class Session {
  private heard = "";
  private settle?: { resolve: (reply: string) => void; reject: (error: Error) => void };

  private constructor(private socket: Socket) {
    this.listen();
  }

  static async open({ host, port, localAddress }: Orders): Promise<Session> {
    const session = new Session(connect({ host, port, localAddress, noDelay: true }));
    await session.expect(220);
    return session;
  }

  say(line: string, expected: number): Promise<void> {
    this.socket.write(`${line}\r\n`);
    return this.expect(expected);
  }

  async startTls(): Promise<void> {
    await this.say("STARTTLS", 220);
    this.socket.removeAllListeners();
    this.socket = connectTls({ socket: this.socket, secureContext, rejectUnauthorized: false });
    await once(this.socket, "secureConnect");
    this.listen();
  }

  close(): void {
    this.socket.removeAllListeners("close").destroy();
  }

  private listen(): void {
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text: string) => {
      this.heard += text;
      // The last line of a reply has no dash behind its code.
      if (!this.heard.endsWith("\n") || !/(^|\n)\d{3} [^\n]*\n$/.test(this.heard)) return;
      this.settle?.resolve(this.heard);
      this.heard = "";
    });
    this.socket.on("error", (error) => this.settle?.reject(error));
    this.socket.on("close", () => this.settle?.reject(new Error("the relay hung up")));
  }

  private async expect(code: number): Promise<void> {
    const reply = await new Promise<string>((resolve, reject) => (this.settle = { resolve, reject }));
    if (!reply.startsWith(String(code))) throw new Error(`${reply.trim()} instead of ${code}`);
  }
}

async function main(orders: Orders): Promise<void> {
  const { login, password } = orders;
  const credentials = Buffer.from(`\0${login}\0${password}`).toString("base64");
  let left = orders.messages;
  const client = async () => {
    while (left > 0) {
      const session = await Session.open(orders);
      await session.say("EHLO client.test", 250);
      await session.startTls();
      await session.say("EHLO client.test", 250);
      await session.say(`AUTH PLAIN ${credentials}`, 235);
      do {
        if (left <= 0) break;
        left -= 1;
        await session.say(`MAIL FROM:<${orders.from}>`, 250);
        await session.say("RCPT TO:<bob@receiver.test>", 250);
        await session.say("DATA", 354);
        await session.say(CONTENT, 250);
      } while (orders.sessions === "persistent");
      await session.say("QUIT", 221);
      session.close();
    }
  };
  await Promise.all(Array.from({ length: orders.clients }, client));
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
