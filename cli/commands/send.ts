import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { CommandError, EXIT } from "../errors";
import { positiveNumber, type GlobalOptions } from "../options";
import { note, paint, plain, print, printJson } from "../output";
import { readPassword } from "../password";
import type { Host } from "../ssh";
import { survey } from "../survey";
import { announce, withHost } from "../withHost";
import type { Trace } from "./trace";

/** Loaded when the command runs: help and usage errors need not wait for an SMTP client. */
const load = createRequire(__filename);

interface SendOptions {
  as: string;
  to: string;
  from?: string;
  subject: string;
  seconds: number;
}

export interface Sending {
  queueId: string;
  messageId: string;
  /** `sent`, `deferred`, `bounced`, or `unknown` when the log had no end of it in time. */
  status: string;
  /** The next server's answer, or why there was none. */
  reason: string | null;
  events: Trace["events"];
}

const SUBMISSION = 587;
const PATIENCE_MS = 20_000;
/** How often the log is looked at, and how far back: the message has only just come. */
const POLL_MS = 500;
const SINCE_SECONDS = 300;

export function registerSend(program: Command): void {
  program
    .command("send")
    .description("send a real message through port 587, and follow it to its end")
    .requiredOption("--as <login>", "the login to send as")
    .requiredOption("--to <address>", "the recipient")
    .option("--from <address>", "the sender (default: the login's own address)")
    .option("--subject <text>", "the subject", "A test of the mail relay")
    .option("--seconds <number>", "how long to follow the log", positiveNumber, 60)
    .addHelpText(
      "after",
      `
Connects from this machine like any mail client, with STARTTLS. The certificate must be one that this machine trusts, or
the self-signed one on the host. The password comes from the stack; with --host, the command reads it from the terminal
or from standard input.

  mail-relay send --as alice --to bob@example.net
  pass relay/alice | mail-relay --host 192.0.2.10 --host-key host.pub send --as alice --to bob@example.net

Exit code ${EXIT.ok} if the next server accepted it, ${EXIT.problem} if it was refused, deferred, bounced, or is not delivered yet.`,
    )
    .action(async (options: SendOptions, command: Command) => {
      await withHost(command, async (host) => {
        const { json } = command.optsWithGlobals<GlobalOptions>();
        const sending = await send(host, options, json ? () => undefined : printEvent);
        if (json) printJson(sending);
        else printEnd(sending, options.seconds);
        if (sending.status !== "sent") process.exitCode = EXIT.problem;
      });
    });
}

async function send(host: Host, options: SendOptions, seen: (event: Trace["events"][0]) => void): Promise<Sending> {
  const password = host.target.outputs?.logins?.[options.as] ?? (await readPassword(options.as));
  announce(host.target);
  const { queueId, messageId } = await submit(host, options, password);
  note(`accepted from ${options.as}, queue id ${queueId}; following the log`);
  const end = Date.now() + options.seconds * 1000;
  for (let told = 0; ; await sleep(POLL_MS)) {
    const { events, recipients } = await host.ask<Trace>("mailtrace", { id: queueId, since: SINCE_SECONDS });
    events.slice(told).forEach(seen);
    told = events.length;
    const [outcome] = recipients;
    if (outcome !== undefined || Date.now() > end)
      return { queueId, messageId, status: outcome?.status ?? "unknown", reason: outcome?.reason ?? null, events };
  }
}

/** Hands the message over as an ordinary client, and returns the id it has in the queue. */
async function submit(host: Host, { as, to, from, subject }: SendOptions, password: string) {
  const { target } = host;
  const { certificate, machine } = await survey(host, { certificate: {}, machine: {} });
  const { hostname, domain } = machine.seen ?? { hostname: target.host, domain: target.host };
  const own = certificate.seen?.selfSigned ? certificate.seen.pem : undefined;
  const { createTransport } = load("nodemailer") as typeof import("nodemailer");
  const transport = createTransport({
    host: target.outputs?.address ?? target.host,
    port: SUBMISSION,
    requireTLS: true,
    tls: { servername: hostname, ca: own },
    auth: { user: as, pass: password },
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  });
  const sender = from ?? (as.includes("@") ? as : `${as}@${domain}`);
  const text = "This message was sent by `mail-relay send` to see whether mail gets through.\n";
  try {
    const { response, messageId } = await transport.sendMail({
      from: sender,
      to,
      subject,
      text,
      messageId: `<${randomUUID()}@${hostname}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
    const [, queueId] = /queued as (\w+)/.exec(response) ?? [];
    if (queueId === undefined)
      throw new CommandError(`${target.label} accepted the message without a queue id: ${response}`);
    return { queueId, messageId };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refusal(error as Error & { code?: string; response?: string }, target.label, as);
  } finally {
    transport.close();
  }
}

/** One sentence for each way in which the relay refuses the message. */
function refusal(error: Error & { code?: string; response?: string }, label: string, login: string): CommandError {
  const reply = plain(error.response ?? error.message);
  if (error.code === "EAUTH") return new CommandError(`${label} refuses the login ${login}: ${reply}`);
  if (error.code === "EENVELOPE" || error.code === "EMESSAGE")
    return new CommandError(`${label} refuses the message: ${reply}`);
  if (error.code === "ETLS" || /certificate|self.signed|altname/i.test(error.message))
    return new CommandError(`${label}: no TLS that this machine trusts: ${reply}; nothing was sent`);
  return new CommandError(`${label}: port ${SUBMISSION} is not reachable from this machine: ${reply}`);
}

function printEvent({ time, program, text }: Trace["events"][0]): void {
  const clock = new Date(time * 1000).toISOString().slice(11, 19);
  print(`${paint.dim(`${clock} ${plain(program).replace(/^postfix\//, "")}`)} ${plain(text)}`);
}

function printEnd({ status, reason }: Sending, seconds: number): void {
  if (status === "unknown")
    print(paint.yellow(`no result in the log within ${seconds} seconds; \`mail-relay queue\` shows what waits`));
  else if (status === "sent") print(paint.green(`delivered: ${plain(reason ?? "")}`));
  else print(paint.red(plain(`${status}: ${reason ?? ""}`)));
}
