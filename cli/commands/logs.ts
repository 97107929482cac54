import { Option, type Command } from "commander";
import { sinceOption } from "../filters";
import { positiveNumber, type GlobalOptions } from "../options";
import { paint, plain, print, printJsonLine } from "../output";
import { withHost } from "../withHost";
import { localTime, statusColours } from "./trace";

interface LogOptions {
  follow?: boolean;
  since: number;
  lines: number;
  grep?: string;
  login?: string;
  status?: string;
  warnings?: boolean;
}

interface LogLine {
  time: number;
  program: string;
  text: string;
  /** What an attempt to deliver, or the end of all attempts, came to. */
  status: string | null;
  severity: string | null;
}

export function registerLogs(program: Command): void {
  program
    .command("logs")
    .description("show the mail log")
    .option("-f, --follow", "keep showing new lines, until Ctrl-C")
    .addOption(sinceOption("1d"))
    .option("--lines <number>", "the largest number of earlier lines to show", positiveNumber, 50)
    .option("--grep <text>", "only lines that contain this text (case-insensitive)")
    .option("--login <name>", "only messages and failed attempts of this login")
    .addOption(
      new Option("--status <status>", "only delivery attempts with this result").choices([
        "sent",
        "deferred",
        "bounced",
        "expired",
      ]),
    )
    .option("--warnings", "only warnings and errors")
    .addHelpText(
      "after",
      `
With --json, each line is one JSON object.

  mail-relay logs -f --login alice
  mail-relay logs --since 2d --status bounced
  mail-relay logs --warnings --json | jq -r .text`,
    )
    .action(logs);
}

async function logs(options: LogOptions, command: Command): Promise<void> {
  const { json } = command.optsWithGlobals<GlobalOptions>();
  await withHost(command, async (host) => {
    for await (const line of host.stream<LogLine>("maillog", { ...options, follow: options.follow ?? false })) {
      if (json) printJsonLine(line);
      else print(`${paint.dim(localTime(line.time))} ${colourOf(line)(plain(line.program))}: ${plain(line.text)}`);
    }
  });
}

/** The line's text may say anything, so the colour is its program's. */
const colourOf = ({ status, severity }: LogLine) =>
  severity !== null ? paint.red : (statusColours[status ?? ""] ?? paint.bold);
