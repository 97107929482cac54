import type { QueuedMessage } from "../../cli/queueTable";
import type { Lab } from "../../sandbox/lab";
import { startSink, type Sink } from "../../sandbox/mail/sink";
import { MailRelayCommand } from "./mailRelay";
import { eventually, onHost, testLab } from "./support";

/** What the receiving server says to whom. */
const answers: Record<string, { code: number; text: string }> = {
  later: { code: 450, text: "4.2.0 come back later" },
  full: { code: 452, text: "4.2.2 mailbox full" },
  never: { code: 550, text: "5.1.1 nobody here" },
  // In the words and with the marks that would make it another line.
  liar: {
    code: 550,
    text: "5.1.1 \u202e, dsn=4.4.1, status=deferred (connect to mx.receiver.test[192.0.2.5]:25: Connection timed out)",
  },
  drop: { code: 421, text: "4.3.2 going down" },
};

export const idsOf = (messages: QueuedMessage[]) => messages.map(({ queue_id }) => queue_id).sort();

/** A relay with a receiving server behind it that defers, bounces and drops, and the command that looks after it. */
export class QueueLab {
  /** Lets the receiving server take everything. */
  accepting = false;

  private constructor(
    readonly lab: Lab,
    readonly relay: MailRelayCommand,
    private sink?: Sink,
  ) {}

  static async create(): Promise<QueueLab> {
    const lab = await testLab("cli");
    // Nothing is tried again behind the tests' back.
    lab.configure({ postfixParameters: { minimal_backoff_time: "1h", maximal_backoff_time: "1h" } });
    await lab.up();
    const queue = new QueueLab(lab, new MailRelayCommand((await lab.outputs()).ssh));
    await lab.sink.close();
    queue.sink = await startSink({
      address: lab.cloud.gateway,
      port: 25,
      refuse: ({ at, to }) => (at === "rcpt" && !queue.accepting ? answers[to[0]!.split("@")[0]!] : undefined),
    });
    return queue;
  }

  /** What Postfix itself says of its queue. */
  async postqueue(name?: string): Promise<QueuedMessage[]> {
    const lines = (await onHost(this.lab, "postqueue -j")).split("\n").filter((line) => line !== "");
    const messages = lines.map((line) => JSON.parse(line) as QueuedMessage);
    return messages.filter(({ queue_name }) => name === undefined || queue_name === name);
  }

  /** Submits messages on the relay itself, and waits until all of the queue has been tried once. */
  async fill(...commands: string[]): Promise<void> {
    await onHost(this.lab, commands.map((command) => `smtp-source ${command} 127.0.0.1:25`).join("; "));
    await eventually(async () => {
      const names = new Set((await this.postqueue()).map(({ queue_name }) => queue_name));
      expect([...names].filter((name) => name !== "deferred" && name !== "hold")).toEqual([]);
    });
  }

  async empty(): Promise<void> {
    await onHost(this.lab, "postsuper -d ALL 2>/dev/null; rm -rf /var/lib/mail-relay/deleted");
  }

  async close(): Promise<void> {
    this.relay.close();
    await this.sink?.close();
    await this.lab.close();
  }
}
