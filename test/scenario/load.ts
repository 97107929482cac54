import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../../sandbox/lab";
import { SmtpSession, type DialogueStep } from "../../sandbox/mail/dialogue";

/** Who sends, and how many of each kind of client. */
interface LoadOptions {
  login: string;
  password: string;
  /** Clients that connect anew for every message. */
  connecting: number;
  /** Clients that keep one session for all their messages. */
  persistent: number;
  /** Where the next session goes, as a name would tell the clients. Default: the stack's address when the load begins. */
  address?: () => string;
}

/** What became of the clients' messages. */
export interface LoadReport {
  /** Subjects of the messages that were acknowledged. */
  accepted: string[];
  /** Sessions that ended other than by the client's will, each with the reply or error it met. */
  failures: string[];
}

/** A client that sends all the time would only measure the machine. */
const PAUSE_MS = 150;

/** Clients send through port 587 from before the action begins until after it has ended. */
export async function underLoad(lab: Lab, options: LoadOptions, action: () => Promise<unknown>): Promise<LoadReport> {
  const { address: now } = await lab.outputs();
  const address = options.address ?? (() => now);
  const clients = [...Array(options.connecting + options.persistent).keys()].map(
    (index) => new LoadClient(lab, address, options, index < options.connecting ? "connecting" : "persistent", index),
  );
  const running = clients.map((client) => client.run());
  try {
    await Promise.all(clients.map((client) => client.moreMessages()));
    await action();
    await Promise.all(clients.map((client) => client.moreMessages()));
  } finally {
    clients.forEach((client) => client.stop());
    await Promise.all(running);
  }
  return {
    accepted: clients.flatMap(({ accepted }) => accepted),
    failures: clients.flatMap(({ failures }) => failures),
  };
}

class LoadClient {
  readonly accepted: string[] = [];
  readonly failures: string[] = [];
  private stopped = false;

  constructor(
    private readonly lab: Lab,
    private readonly address: () => string,
    private readonly options: LoadOptions,
    private readonly kind: "connecting" | "persistent",
    private readonly index: number,
  ) {}

  async run(): Promise<void> {
    while (!this.stopped) {
      await this.session().catch((error: unknown) => {
        this.failures.push(`${this.kind} client ${this.index}: ${(error as Error).message}`);
      });
      await sleep(PAUSE_MS);
    }
  }

  stop(): void {
    this.stopped = true;
  }

  /** Resolves when two more messages were accepted, the second of which began after this call; or at a failure. */
  async moreMessages(): Promise<void> {
    const [accepted, failures] = [this.accepted.length, this.failures.length];
    while (this.accepted.length < accepted + 2 && this.failures.length === failures) await sleep(PAUSE_MS);
  }

  private async session(): Promise<void> {
    const target = { host: this.address(), port: 587, localAddress: this.lab.cloud.strangerClient };
    const session = await SmtpSession.open(target);
    const say = async (step: DialogueStep, expected: number) => demand(await session.say(step), expected);
    try {
      demand(await session.reply(), 220);
      await say("EHLO client.test", 250);
      await say("STARTTLS", 220);
      await say("EHLO client.test", 250);
      await say({ auth: "PLAIN", login: this.options.login, password: this.options.password }, 235);
      do {
        const subject = `load ${this.index}-${this.accepted.length} ${Date.now()}`;
        await say(`MAIL FROM:<${this.options.login}@example.test>`, 250);
        await say("RCPT TO:<bob@receiver.test>", 250);
        await say("DATA", 354);
        await say({ content: `Subject: ${subject}\n\nhello` }, 250);
        this.accepted.push(subject);
        await sleep(PAUSE_MS);
      } while (this.kind === "persistent" && !this.stopped);
      await say("QUIT", 221);
    } finally {
      session.close();
    }
  }
}

function demand({ code, text }: { code: number; text: string }, expected: number): void {
  if (code !== expected) throw new Error(`${code} ${text} instead of ${expected}`);
}
