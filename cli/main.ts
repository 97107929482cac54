import { Command, CommanderError } from "commander";
import { registerQueueChanges } from "./commands/changeQueue";
import { looking } from "./commands/looking";
import { registerLogs } from "./commands/logs";
import { registerQueue } from "./commands/queue";
import { registerTop } from "./commands/top";
import { registerTrace } from "./commands/trace";
import { CommandError, EXIT } from "./errors";
import { addGlobalOptions, type GlobalOptions } from "./options";
import { startMasking } from "./output";

const program = addGlobalOptions(new Command("mail-relay"))
  .description("Looks into a relay that pulumi-mail-relay has deployed, and puts right what stands in the way of mail.")
  .exitOverride()
  .showHelpAfterError("(--help tells more)")
  .addHelpText(
    "after",
    `
Which relay: the one named by --host; else a running sandbox, in this package's own checkout; else that of the Pulumi
stack, which the Pulumi CLI is asked for in this folder. The host key is always checked.

  mail-relay queue                                    what waits, oldest first
  mail-relay queue deferred --reason timeout          only what a time-out holds up
  mail-relay --cwd ~/mail --stack prod queue --json   another project, for a program
  mail-relay --host 192.0.2.10 --identity ~/.ssh/id_ed25519 --host-key host.pub queue

Results go to standard output, everything else to standard error. NO_COLOR switches colours off.
Exit codes: ${EXIT.ok} fine, ${EXIT.problem} something is wrong with the relay or was not done, ${EXIT.usage} wrong usage, ${EXIT.unreachable} the host cannot be found, reached or logged in to.`,
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
  // Commander has said on the terminal what was wrong with the arguments; help that was asked for is no error.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.stderr.write(`mail-relay: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof CommandError ? error.exitCode : EXIT.problem;
  }
});
