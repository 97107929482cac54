#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { registerQueueChanges } from "./commands/changeQueue";
import { looking } from "./commands/looking";
import { registerLogs } from "./commands/logs";
import { registerQueue } from "./commands/queue";
import { registerTop } from "./commands/top";
import { registerTrace } from "./commands/trace";
import { CommandError, EXIT } from "./errors";
import { addGlobalOptions, type GlobalOptions } from "./options";
import { note, startMasking } from "./output";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as { version: string };

const program = addGlobalOptions(new Command("mail-relay"))
  .description("Inspect and repair a deployed relay.")
  .version(version)
  .exitOverride()
  .showHelpAfterError("(see --help)")
  .addHelpText(
    "after",
    `
Which relay: the one you name with --host, --sandbox, or --stack and --cwd. Without these options, the selected Pulumi
stack of this folder, or in this repository the running sandbox. If there are both, the command asks you to name one.
The SSH host key is always checked.

  mail-relay queue                                    list the queue, oldest first
  mail-relay queue deferred --reason timeout          only messages delayed by a timeout
  mail-relay --cwd ~/mail --stack prod queue --json   another project, as JSON
  mail-relay --host 192.0.2.10 --identity ~/.ssh/id_ed25519 --host-key host.pub queue

Results go to standard output, everything else to standard error. Set NO_COLOR to switch off colours.
Exit codes: ${EXIT.ok} success, ${EXIT.problem} a problem with the relay or a failed action, ${EXIT.usage} wrong usage, ${EXIT.unreachable} the relay is not found or not reachable.`,
  );

const groups = [registerQueue, registerQueueChanges, registerTrace, registerLogs, registerTop, ...looking];
for (const register of groups) register(program);
program.hook("preAction", (_, command) => {
  if (command.optsWithGlobals<GlobalOptions>().mask) startMasking();
});

// A reader that has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.ok);
});

program.parseAsync().catch((error: unknown) => {
  // Commander has already reported wrong arguments; a request for help is not an error.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    note(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof CommandError ? error.exitCode : EXIT.problem;
  }
});
