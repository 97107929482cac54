import { createInterface } from "node:readline/promises";
import { CommandError, usageError } from "./errors";

/** Continues only after a yes: on the terminal, or in advance with --yes. */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw usageError(`${question} Confirm with --yes, because standard input is not a terminal`);
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialogue.question(`${question} [y/N] `).finally(() => dialogue.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError("nothing was changed");
}
