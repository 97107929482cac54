import { InvalidArgumentError, type Command } from "commander";
import { CommandError } from "../errors";
import { sinceOption } from "../filters";
import type { GlobalOptions } from "../options";
import { paint, plain, print, printJson } from "../output";
import { withHost } from "../withHost";

/** The result of the last logged attempt for one recipient. */
interface Outcome {
  id: string;
  /** Seconds since 1970. */
  time: number;
  recipient: string;
  relay: string;
  /** Seconds from arrival to that attempt. */
  delay: number;
  dsn: string;
  status: string;
  reason: string | null;
}

export interface Trace {
  /** The queue ids of the message, of its requeued copies and of its bounce. */
  ids: string[];
  about: Record<string, string | null>;
  recipients: Outcome[];
  events: { time: number; program: string; id: string; text: string }[];
}

/** A queue id or a Message-ID. */
function messageName(value: string): string {
  if (/^[\x21-\x7e]{5,500}$/.test(value)) return value;
  throw new InvalidArgumentError("Give a queue id, such as 4bXyzB1Cde, or a Message-ID.");
}

export function registerTrace(program: Command): void {
  program
    .command("trace")
    .description("show the life of a message: arrival, every delivery attempt, and its end")
    .argument("<id>", "its queue id or its Message-ID", messageName)
    .addOption(sinceOption("1w"))
    .addHelpText(
      "after",
      `
  mail-relay trace 4bXyzB1Cde
  mail-relay trace '<20260131.1@example.com>' --since 30d`,
    )
    .action(trace);
}

async function trace(id: string, { since }: { since: number }, command: Command): Promise<void> {
  await withHost(command, async (host) => {
    const found = await host.ask<Trace>("mailtrace", { id, since });
    if (found.events.length === 0)
      throw new CommandError(`${host.target.label}: the log does not know ${id}; --since looks further back`);
    if (command.optsWithGlobals<GlobalOptions>().json) printJson(found);
    else printTrace(found);
  });
}

export const statusColours: Record<string, (text: string) => string> = {
  sent: paint.green,
  deferred: paint.yellow,
  bounced: paint.red,
  expired: paint.red,
};

function printTrace({ ids, recipients, events }: Trace): void {
  for (const { time, program, id, text } of events) {
    const which = ids.length > 1 ? `${id} ` : "";
    print(
      `${paint.dim(localTime(time))} ${plain(which)}${paint.bold(plain(program.replace("postfix/", "")))}: ${plain(text)}`,
    );
  }
  print();
  for (const { recipient, status, relay, reason } of recipients) {
    const colour = statusColours[status] ?? String;
    print(`${plain(recipient)}: ${colour(plain(status))} ${plain(`by ${relay}${reason ? ` (${reason})` : ""}`)}`);
  }
}

/** In the local time zone. */
export const localTime = (time: number): string => {
  const at = new Date(time * 1000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace("T", " ");
};
