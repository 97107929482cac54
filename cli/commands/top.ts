import type { Command } from "commander";
import { sinceOption } from "../filters";
import { positiveNumber, type GlobalOptions } from "../options";
import { duration, paint, plain, print, printJson, printTable, size } from "../output";
import { withHost } from "../withHost";

interface Top {
  senders: { sender: string; messages: number; size: number }[];
  destinations: { domain: string; attempts: number; sent?: number; deferred?: number; bounced?: number }[];
  reasons: { reason: string; deferrals: number }[];
}

const BAR = 24;

export function registerTop(program: Command): void {
  program
    .command("top")
    .description("show the busiest senders, destinations and reasons for delay")
    .addOption(sinceOption("1h"))
    .option("--limit <number>", "the number of entries in each list", positiveNumber, 10)
    .addHelpText("after", "\n  mail-relay top --since 1d")
    .action(top);
}

async function top(options: { since: number; limit: number }, command: Command): Promise<void> {
  await withHost(command, async (host) => {
    const found = await host.ask<Top>("mailtop", options);
    if (command.optsWithGlobals<GlobalOptions>().json) printJson(found);
    else printTop(found, duration(options.since));
  });
}

function printTop({ senders, destinations, reasons }: Top, time: string): void {
  chart(`senders of the last ${time}, by messages`, senders, ({ messages }) => messages, [
    { head: "SIZE", cell: (row) => size(row.size), right: true },
    { head: "SENDER", cell: ({ sender }) => sender || "<>" },
  ]);
  chart("destinations, by attempts to deliver", destinations, ({ attempts }) => attempts, [
    { head: "SENT", cell: ({ sent = 0 }) => String(sent), right: true },
    { head: "DEFERRED", cell: ({ deferred = 0 }) => String(deferred), right: true },
    { head: "BOUNCED", cell: ({ bounced = 0 }) => String(bounced), right: true },
    { head: "DOMAIN", cell: ({ domain }) => domain },
  ]);
  chart("reasons for deferral", reasons, ({ deferrals }) => deferrals, [
    { head: "REASON", cell: ({ reason }) => plain(reason), width: 100 },
  ]);
}

/** Rows with a bar each, as long as its share of the largest. */
function chart<Row>(
  title: string,
  rows: Row[],
  number: (row: Row) => number,
  columns: Parameters<typeof printTable<Row>>[1],
): void {
  print(paint.bold(title));
  if (rows.length === 0) print("none");
  else {
    const largest = Math.max(...rows.map(number));
    printTable(rows, [
      { head: "", cell: (row) => "█".repeat(Math.max(1, Math.round((number(row) / largest) * BAR))) },
      { head: "N", cell: (row) => String(number(row)), right: true },
      ...columns,
    ]);
  }
  print();
}
