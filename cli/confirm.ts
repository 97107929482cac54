import { createInterface } from "node:readline/promises";
import { CommandError, usageError } from "./errors";

/** Goes on only when somebody has said yes: on the terminal, or beforehand with --yes. */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) throw usageError(`${question} Nobody can be asked here; --yes says so beforehand`);
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialogue.question(`${question} [y/N] `).finally(() => dialogue.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was changed");
}
