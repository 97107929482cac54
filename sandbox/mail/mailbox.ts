import { setTimeout as sleep } from "node:timers/promises";

/** One accepted message with what the receiving server knows of its client. */
export interface ReceivedMessage {
  receivedAt: string;
  clientAddress: string;
  /** The name given in HELO or EHLO. */
  clientName: string;
  tls: boolean;
  login?: string;
  /** The envelope's sender and recipients; an empty sender is a bounce. */
  from: string;
  to: string[];
  /** Header and body as received, one character per byte. */
  raw: string;
}

/** The values of a message's header fields of that name, topmost first, unfolded. */
export function headers(message: ReceivedMessage, name: string): string[] {
  const [head = ""] = message.raw.split(/\r?\n\r?\n/, 1);
  const prefix = `${name.toLowerCase()}:`;
  return head
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/)
    .filter((line) => line.toLowerCase().startsWith(prefix))
    .map((line) => line.slice(prefix.length).trim());
}

interface Waiter {
  predicate: (message: ReceivedMessage) => boolean;
  found: (message: ReceivedMessage) => void;
}

/** Messages in order of arrival, and those who wait for one. */
export class Mailbox {
  private readonly received: ReceivedMessage[] = [];
  private readonly waiters = new Set<Waiter>();

  messages(): ReceivedMessage[] {
    return [...this.received];
  }

  add(message: ReceivedMessage): void {
    this.received.push(message);
    for (const waiter of this.waiters) {
      if (waiter.predicate(message)) waiter.found(message);
    }
  }

  /** The first message for which the predicate holds, whether it is here already or comes within the time given. */
  async wait(predicate: Waiter["predicate"], timeoutMs: number, signal?: AbortSignal): Promise<ReceivedMessage> {
    const already = this.received.find(predicate);
    if (already) return already;
    const over = new AbortController();
    const waiting = signal ? AbortSignal.any([over.signal, signal]) : over.signal;
    const late = sleep(timeoutMs, undefined, { signal: waiting }).then(() => {
      throw new Error(`no such message within ${timeoutMs} ms; ${this.received.length} others were received`);
    });
    const waiter = { predicate } as Waiter;
    const arrival = new Promise<ReceivedMessage>((resolve) => (waiter.found = resolve));
    this.waiters.add(waiter);
    try {
      return await Promise.race([arrival, late]);
    } finally {
      this.waiters.delete(waiter);
      over.abort();
    }
  }
}
