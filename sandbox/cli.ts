import { createRequire } from "node:module";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CommandError, EXIT } from "./commands/terminal";
import { BENCH_KINDS, RELEASES, TEST_NAME, TEST_STEPS, type TestStep } from "./names";

/** A command's own module is loaded when it is called: help and usage errors need not wait for the engine. */
const load = createRequire(__filename);
type Up = typeof import("./commands/up");
type Down = typeof import("./commands/down");
type Outputs = typeof import("./commands/outputs");
type Send = typeof import("./commands/send");
type Test = typeof import("./commands/test");
type Bench = typeof import("./commands/bench");

const instanceName = (value: string): string => {
  if (/^[a-z][a-z0-9-]{0,19}$/.test(value) && !TEST_NAME.test(value)) return value;
  throw new InvalidArgumentError(
    "A name is up to 20 lower-case letters, digits and hyphens, beginning with a letter; t123- and the like are taken by tests.",
  );
};
const nameOption = () =>
  new Option("--name <name>", "which sandbox, when several run side by side")
    .default("default")
    .argParser(instanceName);

const program = new Command("npm run sandbox --")
  .description("Try the mail relay on this machine, and test it: no account, no cloud, no mail leaves the machine.")
  .exitOverride()
  .addHelpText(
    "after",
    `
Exit codes: ${EXIT.ok} done, ${EXIT.failure} failed, ${EXIT.usage} wrong usage, ${EXIT.requirements} something needed is missing.
Start with: npm run up`,
  );

program
  .command("up")
  .description("start a sandbox, deploy the relay into it and see a message go through; leaves it running")
  .addOption(nameOption())
  .addOption(new Option("--release <release>", "the Debian release of the droplet").choices(RELEASES))
  .addHelpText(
    "after",
    `
The program of this checkout runs unchanged, against a DigitalOcean API of the sandbox's own whose droplets are
containers on this machine. The first time a base image is built (a minute or two); after that it takes seconds.
Run it again to apply your changes to the program, or to see that there are none.

  npm run up
  npm run up -- --release trixie --name next    a second one beside it, on Debian 13
  npm run down                                  removes it`,
  )
  .action((options: Parameters<Up["up"]>[0]) => (load("./commands/up") as Up).up(options));

program
  .command("down")
  .description("remove a sandbox without a trace, whatever state it is in")
  .addOption(nameOption())
  .option("--tests", "the ones that test runs left behind when they were cut short")
  .option("--all", "every sandbox of this machine, and the cached base images too")
  .action((options: Parameters<Down["down"]>[0]) => (load("./commands/down") as Down).down(options));

program
  .command("outputs")
  .description("print the stack outputs of a running sandbox")
  .addOption(nameOption())
  .option("--json", "as JSON for other tools, secrets in clear (without it they are masked)")
  .addHelpText("after", "\n  npm run -s sandbox -- outputs --json | jq -r .logins.alice")
  .action((options: Parameters<Outputs["outputs"]>[0]) => (load("./commands/outputs") as Outputs).outputs(options));

program
  .command("send")
  .description("send one more message through the relay and show it arrive")
  .addOption(nameOption())
  .option("--from <address>", "the sender", "alice@example.test")
  .option("--to <address>", "the recipient, at example.test or receiver.test", "someone@receiver.test")
  .option("--subject <text>", "the subject", "Hello from the sandbox")
  .action((options: Parameters<Send["send"]>[0]) => (load("./commands/send") as Send).send(options));

program
  .command("test")
  .description("check everything: types, lint, format, shell scripts, unit tests, scenarios with real relays")
  .addArgument(new Argument("[steps...]", "only these").choices(TEST_STEPS))
  .action((steps: TestStep[]) => (load("./commands/test") as Test).test(steps));

program
  .command("bench")
  .description("measure the figures of docs/performance.md, each as a ratio within one run")
  .option("--runs <number>", "how often to measure each; the median counts", "3")
  .addOption(new Option("--release <release>", "the Debian release").choices(RELEASES).default(RELEASES[0]))
  .addOption(new Option("--only <kind>", "only figures of this kind").choices(BENCH_KINDS))
  .action(({ runs, release, only }: { runs: string; release: string; only?: string }) =>
    (load("./commands/bench") as Bench).bench(runs, release, only),
  );

// A reader that has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.ok);
});

program.parseAsync().catch((error: unknown) => {
  // Commander has said on the terminal what was wrong with the arguments; help that was asked for is no error.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof CommandError ? error.exitCode : EXIT.failure;
  }
});
