import type { Lab, RelayOutputs } from "../lab";
import { send } from "../mail/client";
import { headers, type ReceivedMessage } from "../mail/mailbox";
import { bold, CommandError, print } from "./terminal";

const ARRIVAL_MS = 60_000;

export interface Letter {
  from: string;
  to: string;
  subject: string;
}

interface Submission {
  port: number;
  login: string;
  password: string;
}

/** What a client needs that logs in at the relay: the submission port and the first login. */
export function submission({ endpoints, logins }: Pick<RelayOutputs, "endpoints" | "logins">): Submission {
  const endpoint = endpoints.find(({ auth, tls }) => auth && tls === "starttls");
  const [first] = Object.entries(logins);
  if (!endpoint || !first) throw new CommandError("the relay has no login, or no port to log in at with STARTTLS");
  return { port: endpoint.port, login: first[0], password: first[1] };
}

/** Sends a letter through the relay as a client that only its login entitles to, and waits until the sink has it. */
export async function deliver(lab: Lab, letter: Letter, signal: AbortSignal): Promise<ReceivedMessage> {
  const outputs = await lab.outputs();
  const { port, login, password } = submission(outputs);
  const text = `Sent by ${login} through ${outputs.hostname}, port ${port}.\n`;
  const client = { host: outputs.address, port, localAddress: lab.cloud.strangerClient, login, password };
  const { messageId, response } = await send({ ...client, ...letter, text, tls: "starttls" });
  print(`${bold("Sent")} as ${login} from ${client.localAddress} to ${outputs.address}:${port}: ${response}`);
  const isThis = (message: ReceivedMessage) => headers(message, "message-id").includes(messageId);
  try {
    return await lab.sink.waitForMessage(isThis, ARRIVAL_MS, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CommandError(`the message did not arrive: ${(error as Error).message}\n${await queueOf(lab)}`);
  }
}

/** Shows how a message arrived: who handed it over, and its header with the stamps of all it passed. */
export function show(message: ReceivedMessage): void {
  const encrypted = message.tls ? "over TLS" : "in clear";
  print(
    `${bold("Arrived")} at ${message.to.join(", ")} from ${message.clientName} [${message.clientAddress}] ${encrypted}:`,
  );
  const [head = ""] = message.raw.split(/\r?\n\r?\n/, 1);
  for (const line of head.split(/\r?\n/)) print(`  ${line}`);
}

async function queueOf(lab: Lab): Promise<string> {
  const droplets = await lab.cloud.droplets();
  const queues = droplets.map(async ({ id, name }) => {
    const { stdout } = await lab.cloud.exec(id, ["postqueue", "-p"]);
    return `The mail queue of ${name}:\n${stdout.trim()}`;
  });
  return (await Promise.all(queues)).join("\n");
}
