import { isIP } from "node:net";
import { InvalidArgumentError, Option, type Command } from "commander";
import { CommandError, EXIT, usageError } from "../errors";
import type { GlobalOptions } from "../options";
import { paint, plain, plainLines, print, printJson } from "../output";
import type { Host } from "../ssh";
import type { Question, Reply } from "../survey";
import { withHost } from "../withHost";

interface AskOptions {
  fromClient: string;
  helo: string;
  as?: string;
  sender: string;
  recipient: string[];
  listener: "25" | "587";
}

export interface Verdict {
  accepted: boolean;
  replies: Reply[];
}

/** The loopback listeners that answer like the public ones and allow XCLIENT. */
const PROBES = { "25": 10025, "587": 10587 } as const;

export function registerAsk(program: Command): void {
  program
    .command("ask")
    .description("show the relay's answers to a client, without sending mail")
    .requiredOption("--from-client <address>", "the client's IP address", ipAddress)
    .option("--helo <name>", "the client's EHLO name", "client.example")
    .option("--as <login>", "as if the client had logged in (no password needed)")
    .requiredOption("--sender <address>", "the envelope sender; '<>' for bounces", envelope)
    .requiredOption(
      "--recipient <address>",
      "an envelope recipient; repeat it for more",
      (value: string, earlier: string[] = []) => [...earlier, envelope(value)],
    )
    .addOption(
      new Option("--listener <port>", "25, or 587 for the ports that take logins")
        .choices(["25", "587"])
        .default("587"),
    )
    .addHelpText(
      "after",
      `
Asks the live configuration through a listener on the host's loopback address, with XCLIENT. The dialogue ends before
DATA, so no message is created. It does not cover TLS and the password check; \`mail-relay send\` does.

  mail-relay ask --from-client 192.0.2.7 --sender me@example.com --recipient you@example.net --listener 25
  mail-relay ask --from-client 203.0.113.9 --as alice --sender bob@example.com --recipient you@example.net

Exit code ${EXIT.ok} if every recipient is accepted, ${EXIT.problem} if anything is refused.`,
    )
    .action(async (options: AskOptions, command: Command) => {
      await withHost(command, async (host) => {
        const verdict = await ask(host, options);
        if (command.optsWithGlobals<GlobalOptions>().json) printJson(verdict);
        else printVerdict(verdict);
        if (!verdict.accepted) process.exitCode = EXIT.problem;
      });
    });
}

async function ask(host: Host, { fromClient, helo, as, sender, recipient, listener }: AskOptions): Promise<Verdict> {
  for (const text of [helo, as ?? "a"])
    if (!/^[\x21-\x7e]{1,255}$/.test(text))
      throw usageError(`${JSON.stringify(text)} has spaces or characters outside ASCII`);
  const question: Question = {
    port: PROBES[listener],
    client: fromClient,
    helo,
    login: as,
    sender,
    recipients: recipient,
  };
  const { answers } = await host.ask<{ answers: { replies: Reply[]; problem: string | null }[] }>("ask", {
    questions: [question],
  });
  const { replies = [], problem = "no answer" } = answers[0] ?? {};
  if (replies.length === 0) {
    const why =
      listener === "587"
        ? "run `pulumi up`, which adds the listener, if an older version deployed the relay"
        : "is Postfix running?";
    throw new CommandError(`${host.target.label}: 127.0.0.1:${PROBES[listener]} does not answer (${problem}); ${why}`);
  }
  const own = said(replies);
  if (problem !== null) throw new CommandError(`${host.target.label} ended the dialogue: ${problem}`);
  if (own[0]!.code === 501 && isIP(fromClient) === 6) {
    throw new CommandError(`${host.target.label} takes no clients by IPv6, such as ${fromClient} (inetProtocols)`);
  }
  return { accepted: own.every(({ code }) => code < 300), replies: own };
}

/** The client's part of the dialogue, without the XCLIENT commands before it. */
function said(replies: Reply[]): Reply[] {
  const pretence = replies.findIndex(({ command }) => command?.startsWith("XCLIENT ") ?? false);
  if (pretence === -1) return replies;
  const { code, text } = replies[pretence]!;
  const greeting = { command: null, code, text };
  return [greeting, ...replies.slice(pretence + 1)];
}

function printVerdict({ accepted, replies }: Verdict): void {
  for (const { command, code, text } of replies) {
    if (command !== null) print(paint.dim(`> ${plain(command)}`));
    const [first = "", ...more] = plainLines(text).split("\n");
    const reply = `${code} ${first}${more.length > 0 ? ` (${more.join(", ")})` : ""}`;
    print(`< ${code < 300 ? reply : paint.red(reply)}`);
  }
  print(accepted ? paint.green("accepted") : paint.red("refused"));
}

function ipAddress(value: string): string {
  if (isIP(value) !== 0) return value;
  throw new InvalidArgumentError("It must be an IPv4 or IPv6 address.");
}

/** An address as SMTP carries it; nothing in it may end the command it travels in. */
function envelope(value: string): string {
  const bare = value.replace(/^<(.*)>$/, "$1");
  if (/^[\x21-\x3b\x3d\x3f-\x7e]{0,320}$/.test(bare)) return bare;
  throw new InvalidArgumentError("It must be a mail address without spaces, in ASCII.");
}
