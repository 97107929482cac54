const paint = (code: number) => (text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text;

/** Colours for people; none when the output goes to a file or a pipe, or NO_COLOR is set. */
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);

/** What this project's commands exit with. */
export const EXIT = { ok: 0, failure: 1, usage: 2, requirements: 3, interrupted: 130 } as const;

/** An error whose message says all there is to say; ends the command with that exit code. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.failure,
  ) {
    super(message);
  }
}

/** Standard output is for results; everything on the way there goes to standard error. */
export const progress = (line: string): void => void process.stderr.write(`${dim(line)}\n`);
export const print = (line = ""): void => void process.stdout.write(`${line}\n`);

/** Runs an action that a first Ctrl-C (or TERM) ends cleanly and a second one at once. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.stderr.write("Interrupted; ending what runs. Once more to leave at once.\n");
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await action(controller.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
