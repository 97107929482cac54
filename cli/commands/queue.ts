import { Argument, Option, type Command } from "commander";
import { addFilters, addLimit, filterOf, queueId, QUEUES, type QueueFilter } from "../filters";
import type { GlobalOptions } from "../options";
import { age, note, plainLines, print, printJson } from "../output";
import { printListing, type Listing, type QueuedMessage } from "../queueTable";
import { printShape, type Shape } from "../shapeTable";
import { withHost } from "../withHost";

export function registerQueue(program: Command): void {
  const queue = program
    .command("queue")
    .description("list what waits in the queue, oldest first, with the reason for each delay")
    .addArgument(
      new Argument("[queue]", "only this queue; `deleted`: messages that undelete can restore").choices([
        ...QUEUES,
        "deleted",
      ]),
    );
  addLimit(addFilters(queue))
    .addOption(
      new Option("--shape [by]", "ages by domain of recipient or sender, like Postfix's qshape")
        .choices(["recipient", "sender"])
        .preset("recipient"),
    )
    .addHelpText(
      "after",
      `
  mail-relay queue deferred --older-than 2h --reason "timed out"
  mail-relay queue --sender @example.com --larger-than 5M
  mail-relay queue deferred --shape
  mail-relay queue --json | jq -r '.messages[].queue_id'`,
    )
    .action(list);
  queue
    .command("show")
    .description("show the envelope and headers of one message")
    .argument("<id>", "its queue id", queueId)
    .addOption(new Option("--body", "also show its body"))
    .action(show);
}

type ListOptions = QueueFilter & { limit: number; shape?: "recipient" | "sender" };

async function list(queue: string | undefined, options: ListOptions, command: Command): Promise<void> {
  const { json } = command.optsWithGlobals<GlobalOptions>();
  const { limit, shape: by } = options;
  await withHost(command, async (host) => {
    if (by !== undefined) {
      const shape = await host.ask<Shape>("queueshape", { filter: { ...filterOf(options), queue }, by });
      return json ? printJson(shape) : printShape(shape);
    }
    const listing =
      queue === "deleted"
        ? await host.ask<Listing>("deletedmail", { filter: filterOf(options), limit })
        : await host.ask<Listing>("mailqueue", { filter: { ...filterOf(options), queue }, limit });
    if (json) printJson({ count: listing.count, size: listing.size, messages: listing.messages });
    else printListing(listing);
  });
}

interface Shown {
  message: QueuedMessage;
  envelope: string;
  headers: string;
  body: string | null;
}

async function show(id: string, { body }: { body?: boolean }, command: Command): Promise<void> {
  const { json } = command.optsWithGlobals<GlobalOptions>();
  await withHost(command, async (host) => {
    const shown = await host.ask<Shown>("queuemessage", { id, body: body ?? false });
    if (json) return printJson(shown);
    const { queue_name, arrival_time } = shown.message;
    note(`${id} is in the queue ${queue_name} for ${age(arrival_time)}`);
    for (const part of [shown.envelope, shown.headers, ...(shown.body === null ? [] : [shown.body])]) {
      print(plainLines(part).trimEnd());
      print();
    }
  });
}
