import { Argument, type Command } from "commander";
import { addFilters, addLimit, filterOf, QUEUES, type QueueFilter } from "../filters";
import type { GlobalOptions } from "../options";
import { age, count, note, print, printJson, printTable, size } from "../output";
import { withHost } from "../withHost";

/** A message as `postqueue -j` tells it, with at most 50 of its recipients. */
export interface QueuedMessage {
  queue_name: string;
  queue_id: string;
  /** Seconds since 1970. */
  arrival_time: number;
  message_size: number;
  sender: string;
  recipients: { address: string; delay_reason?: string }[];
  recipient_count: number;
}

/** The oldest of the messages that fit; `count` and `size` are of all that do. */
export interface Listing {
  count: number;
  size: number;
  messages: QueuedMessage[];
}

export function registerQueue(program: Command): void {
  const queue = program
    .command("queue")
    .description("what waits in the queue, oldest first: age, size, sender, recipients, and why it waits")
    .addArgument(new Argument("[queue]", "only this queue").choices(QUEUES));
  addLimit(addFilters(queue))
    .addHelpText(
      "after",
      `
  mail-relay queue deferred --older-than 2h --reason "timed out"
  mail-relay queue --sender @example.com --larger-than 5M
  mail-relay queue --json | jq -r '.messages[].queue_id'`,
    )
    .action(list);
}

type ListOptions = GlobalOptions & QueueFilter & { limit: number };

async function list(queue: string | undefined, options: ListOptions, command: Command): Promise<void> {
  await withHost(command, async (host) => {
    const filter = { ...filterOf(options), queue };
    const listing = await host.ask<Listing>("mailqueue", { filter, limit: options.limit });
    if (command.optsWithGlobals<GlobalOptions>().json) printJson(listing);
    else printListing(listing);
  });
}

/** The table people read, and on standard error what it leaves out. */
export function printListing({ messages, count: total, size: bytes }: Listing): void {
  if (total === 0) return print("no messages");
  printTable(messages, [
    { head: "ID", cell: ({ queue_id }) => queue_id },
    { head: "QUEUE", cell: ({ queue_name }) => queue_name },
    { head: "AGE", cell: ({ arrival_time }) => age(arrival_time), right: true },
    { head: "SIZE", cell: ({ message_size }) => size(message_size), right: true },
    { head: "SENDER", cell: ({ sender }) => sender, width: 36 },
    { head: "RECIPIENT", cell: recipientText, width: 36 },
    {
      head: "REASON",
      cell: ({ recipients }) => recipients.find((one) => one.delay_reason)?.delay_reason ?? "",
      width: 90,
    },
  ]);
  const all = `${count(total, "message")}, ${size(bytes)}`;
  note(total > messages.length ? `${all}; the ${messages.length} oldest are shown, --limit shows more` : all);
}

const recipientText = ({ recipients, recipient_count }: QueuedMessage): string =>
  [recipients[0]?.address ?? "", ...(recipient_count > 1 ? [`(+${recipient_count - 1})`] : [])].join(" ");
