import { once } from "node:events";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/**
 * What to say next: a command line; a login; the content of a message, once DATA was answered with 354; or bytes as they
 * are.
 */
export type DialogueStep =
  string | { auth: "PLAIN" | "LOGIN"; login: string; password: string } | { content: string } | { bytes: Buffer };

export interface Reply {
  code: number;
  /** The lines' texts without their codes, joined by newlines. */
  text: string;
}

interface DialogueTarget {
  host: string;
  port: number;
  localAddress?: string;
  /** TLS from the first byte (465). STARTTLS is a step. */
  implicitTls?: boolean;
}

const REPLY_TIMEOUT_MS = 30_000;

/**
 * Speaks SMTP word for word, to see exactly what a server answers: the first reply is the greeting, then one for each
 * step (the last one, for AUTH LOGIN). A server that hangs up ends the replies early. The step "STARTTLS" also does
 * the handshake when the server agrees; certificates are not checked.
 */
export async function smtpDialogue(target: DialogueTarget, steps: DialogueStep[]): Promise<Reply[]> {
  const session = await SmtpSession.open(target);
  const replies: Reply[] = [];
  try {
    replies.push(await session.reply());
    for (const step of steps) replies.push(await session.say(step));
  } catch (error) {
    if (!(error instanceof HungUp)) throw error;
  } finally {
    session.close();
  }
  return replies;
}

const base64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
const dotStuffed = (text: string) => text.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");

/** The server ended the connection instead of answering. */
class HungUp extends Error {
  constructor() {
    super("the server hung up");
  }
}

/** A session of that kind for those who decide what to say as they go. The greeting is the first `reply()`. */
export class SmtpSession {
  private pending = "";

  private constructor(
    private socket: Socket,
    private readonly host: string,
  ) {}

  static async open({ host, port, localAddress, implicitTls }: DialogueTarget): Promise<SmtpSession> {
    const socket = connectTcp({ host, port, localAddress });
    await once(socket, "connect");
    const session = new SmtpSession(socket, host);
    if (implicitTls) await session.startTls();
    else session.watch();
    return session;
  }

  /** Takes one step; throws `HungUp` when no reply comes any more. */
  async say(step: DialogueStep): Promise<Reply> {
    if (typeof step === "string") {
      const reply = await this.command(step);
      if (/^starttls$/i.test(step) && reply.code === 220) await this.startTls();
      return reply;
    }
    if ("bytes" in step) {
      this.socket.write(step.bytes);
      return this.reply();
    }
    if ("content" in step) return this.command(`${dotStuffed(step.content)}\r\n.`);
    if (step.auth === "PLAIN") return this.command(`AUTH PLAIN ${base64(`\0${step.login}\0${step.password}`)}`);
    let reply = await this.command("AUTH LOGIN");
    for (const answer of [step.login, step.password]) {
      if (reply.code !== 334) return reply;
      reply = await this.command(base64(answer));
    }
    return reply;
  }

  async reply(): Promise<Reply> {
    const texts: string[] = [];
    for (;;) {
      const line = await this.line();
      texts.push(line.slice(4));
      if (line[3] !== "-") return { code: Number(line.slice(0, 3)), text: texts.join("\n") };
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private command(line: string): Promise<Reply> {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  private async startTls(): Promise<void> {
    this.socket.setTimeout(0);
    // Server name indication is for names only.
    const servername = isIP(this.host) ? undefined : this.host;
    const secure = connectTls({ socket: this.socket, servername, rejectUnauthorized: false });
    await once(secure, "secureConnect");
    this.socket = secure;
    this.watch();
  }

  private watch(): void {
    // Whoever waits in line() sees the error; one that comes while nobody waits shows as a closed connection.
    this.socket.on("error", () => undefined);
    this.socket.setTimeout(REPLY_TIMEOUT_MS, () =>
      this.socket.destroy(new Error(`no reply in ${REPLY_TIMEOUT_MS} ms`)),
    );
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.pending.indexOf("\r\n");
      if (end >= 0) {
        const line = this.pending.slice(0, end);
        this.pending = this.pending.slice(end + 2);
        return line;
      }
      const chunk = this.socket.read() as Buffer | null;
      if (chunk) this.pending += chunk.toString("latin1");
      else await this.more();
    }
  }

  private async more(): Promise<void> {
    if (this.socket.readableEnded || this.socket.destroyed) throw new HungUp();
    const over = new AbortController();
    const { signal } = over;
    try {
      await Promise.race([once(this.socket, "readable", { signal }), once(this.socket, "close", { signal })]);
    } catch (error) {
      if (["ECONNRESET", "EPIPE"].includes((error as NodeJS.ErrnoException).code ?? "")) throw new HungUp();
      throw error;
    } finally {
      over.abort();
    }
  }
}
