/** Exit codes. */
export const EXIT = { ok: 0, problem: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

/** An error whose message is one complete sentence; it ends the command with that exit code. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = EXIT.problem,
  ) {
    super(message);
  }
}

export const usageError = (message: string) => new CommandError(message, EXIT.usage);
export const unreachable = (message: string) => new CommandError(message, EXIT.unreachable);
