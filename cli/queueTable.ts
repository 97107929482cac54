import { age, count, note, print, printTable, size } from "./output";

/** A message as `postqueue -j` prints it, with at most 50 of its recipients. */
export interface QueuedMessage {
  queue_name: string;
  queue_id: string;
  /** Seconds since 1970. */
  arrival_time: number;
  message_size: number;
  sender: string;
  recipients: { address: string; delay_reason?: string }[];
  recipient_count: number;
  /** Only of a deleted one, seconds since 1970. */
  deleted_time?: number;
}

/** The oldest matching messages; `count` and `size` are those of all matching messages. */
export interface Listing {
  count: number;
  size: number;
  messages: QueuedMessage[];
}

/** The table for people; what it leaves out is noted on standard error. */
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
  note(total > messages.length ? `${all}; these are the ${messages.length} oldest` : all);
}

const recipientText = ({ recipients, recipient_count }: QueuedMessage): string =>
  [recipients[0]?.address ?? "", ...(recipient_count > 1 ? [`(+${recipient_count - 1})`] : [])].join(" ");
