import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../sandbox/lab";
import { smtpDialogue, type DialogueStep, type Reply } from "../../sandbox/mail/dialogue";
import { mayRelay, type Position, positions, recipients, type Scene, senders } from "./openRelayMatrix";
import { onlyDroplet } from "./support";

type Verdict = "accepted" | "refused";

/** One question of the matrix. */
interface Cell {
  recipient: string;
  expected: Verdict;
}

/** One connection: a client in its position, a sender, and some recipients. No message follows. */
interface Session {
  position: Position;
  sender: string;
  cells: Cell[];
}

/** A cell that was answered otherwise than it must be. */
export interface Finding {
  position: string;
  sender: string;
  recipient: string;
  expected: Verdict | number;
  reply: string;
}

/** smtpd delays its replies after ten errors of a client and hangs up after twenty. */
const CELLS_PER_SESSION = 8;
const PARALLEL = 12;
/** Permanent and with regard to the address, sender or client; whatever else is said is no verdict. */
const REFUSALS = [501, 504, 530, 550, 553, 554];

/**
 * All of the matrix: `full` asks for every recipient as every sender; else all recipients are asked for as the null
 * sender, and as each other sender only one of each kind.
 */
function sessionsOf(scene: Scene, full: boolean): Session[] {
  return positions(scene).flatMap((position) =>
    entries(senders(scene)).flatMap(([senderKind, all]) =>
      all.flatMap((sender) => {
        const cells = entries(recipients(scene)).flatMap(([kind, addresses]) => {
          const expected = mayRelay(position, senderKind, kind) ? "accepted" : "refused";
          const asked = full || sender === "<>" ? addresses : addresses.slice(0, 1);
          return asked.map((recipient): Cell => ({ recipient, expected }));
        });
        return chunks(cells).map((some): Session => ({ position, sender, cells: some }));
      }),
    ),
  );
}

const entries = <Key extends string, Value>(record: Record<Key, Value>) => Object.entries(record) as [Key, Value][];

function chunks<T>(items: T[]): T[][] {
  const starts = items.map((_, index) => index).filter((index) => index % CELLS_PER_SESSION === 0);
  return starts.map((start) => items.slice(start, start + CELLS_PER_SESSION));
}

/** Holds all sessions and returns what was answered otherwise than expected, with the number of cells that were asked. */
export async function ask(lab: Lab, scene: Scene, full: boolean): Promise<{ asked: number; findings: Finding[] }> {
  const sessions = sessionsOf(scene, full);
  const inside = sessions.filter(({ position }) => isInside(position));
  const outside = sessions.filter(({ position }) => !isInside(position));
  const [fromInside, fromOutside] = await Promise.all([
    askInside(lab, scene, inside),
    inParallel(outside, (session) => askOutside(lab, scene, session)),
  ]);
  const findings = [
    ...outside.flatMap((session, index) => compare(session, fromOutside[index]!)),
    ...inside.flatMap((session, index) => compare(session, fromInside[index]!)),
  ];
  return { asked: sessions.reduce((sum, { cells }) => sum + cells.length, 0), findings };
}

const isInside = ({ from }: Position) => from === "loopback" || from === "itself";

function steps({ position, sender, cells }: Session): DialogueStep[] {
  return [
    ...position.enter.map(([say]) => say),
    `MAIL FROM:${sender}`,
    ...cells.map(({ recipient }) => `RCPT TO:${recipient}`),
  ];
}

async function askOutside(lab: Lab, { address }: Scene, session: Session): Promise<Reply[]> {
  const { from, port } = session.position;
  const { strangerClient, trustedClient, gateway } = lab.cloud;
  const localAddress = from === "stranger" ? strangerClient : from === "trusted" ? trustedClient : gateway;
  return smtpDialogue({ host: address, port, localAddress, implicitTls: port === 465 }, steps(session));
}

async function askInside(lab: Lab, { address }: Scene, sessions: Session[]): Promise<Reply[][]> {
  const script = readFileSync(join(__dirname, "openRelayDialogues.py"), "utf8");
  const dialogues = sessions.map((session) => ({
    host: session.position.from === "itself" ? address : "127.0.0.1",
    port: session.position.port,
    steps: steps(session),
  }));
  const argv = ["python3", "-B", "-c", script];
  const { code, stdout, stderr } = await lab.cloud.exec(await onlyDroplet(lab), argv, JSON.stringify(dialogues));
  if (code !== 0) throw new Error(`the dialogues on the droplet failed: ${stderr}`);
  return JSON.parse(stdout) as Reply[][];
}

function compare({ position, sender, cells }: Session, [greeting, ...replies]: Reply[]): Finding[] {
  const at = { position: position.name, sender, recipient: "" };
  const text = (reply: Reply | undefined) => (reply ? `${reply.code} ${reply.text}` : "the server hung up");
  if (greeting?.code !== 220) return [{ ...at, expected: 220, reply: text(greeting) }];
  const entered = position.enter.flatMap(([, expected], index): Finding[] => {
    const reply = replies[index];
    return reply?.code === expected ? [] : [{ ...at, expected, reply: text(reply) }];
  });
  const [mail, ...verdicts] = replies.slice(position.enter.length);
  const answered = cells.flatMap(({ recipient, expected }, index): Finding[] => {
    // A sender that is refused is refused for every recipient.
    const reply = mail?.code === 250 ? verdicts[index] : mail;
    const agrees = expected === "accepted" ? reply?.code === 250 : REFUSALS.includes(reply?.code ?? 0);
    return agrees ? [] : [{ ...at, recipient, expected, reply: text(reply) }];
  });
  return [...entered, ...answered];
}

async function inParallel<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = [...items.entries()].reverse();
  const worker = async () => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}
