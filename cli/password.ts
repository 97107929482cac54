import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { usageError } from "./errors";

/** A password from standard input: without echo on a terminal, otherwise all of the input except a final newline. */
export async function readPassword(login: string): Promise<string> {
  const password = process.stdin.isTTY ? await asked(`Password of ${login}: `) : await text(process.stdin);
  const given = password.replace(/\r?\n$/, "");
  if (given === "") throw usageError(`no password of ${login}: give it on standard input`);
  return given;
}

async function asked(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(usageError("interrupted")));
      lines.once("close", () => resolve(""));
    });
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
