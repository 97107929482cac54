import type { Command } from "commander";
import { positiveNumber, type GlobalOptions } from "../options";
import { age, count, note, print, printJson, printTable } from "../output";
import { withHost } from "../withHost";

interface User {
  login: string;
  realm: string;
  uses: number;
  lastUse: number | null;
  lastClient: string | null;
  failures: number;
  lastFailure: number | null;
}

interface Users {
  users: User[];
  /** Failures with names that do not exist, or that the log does not name. */
  unknown: { failures: number; clients: { client: string; failures: number }[] };
  database: string;
  days: number;
}

export function registerUsers(program: Command): void {
  program
    .command("users")
    .description("list the logins with their last use and failures, without passwords")
    .option("--days <number>", "how many days of the log to read", positiveNumber, 7)
    .addHelpText(
      "after",
      `
A use is a message accepted from that login. Unknown names are only counted and not shown, because a user may have typed
a password there. Logins from the host itself, such as those of a deploy, do not count. Postfix before 3.6 does not log
the login of a failed attempt.

  mail-relay users --days 30
  mail-relay users --json | jq -r '.users[] | select(.lastUse == null) | .login'`,
    )
    .action(async ({ days }: { days: number }, command: Command) => {
      await withHost(command, async (host) => {
        const found = await host.ask<Users>("users", { days });
        if (command.optsWithGlobals<GlobalOptions>().json) printJson(found);
        else printUsers(found);
      });
    });
}

function printUsers({ users, unknown, days }: Users): void {
  if (users.length === 0) print("no users");
  else
    printTable(users, [
      { head: "LOGIN", cell: ({ login, realm }) => `${login}@${realm}`, width: 40 },
      { head: "MESSAGES", cell: ({ uses }) => String(uses), right: true },
      { head: "LAST USE", cell: ({ lastUse }) => (lastUse === null ? "never" : `${age(lastUse)} ago`), right: true },
      { head: "FROM", cell: ({ lastClient }) => lastClient ?? "" },
      { head: "FAILURES", cell: ({ failures }) => String(failures), right: true },
      {
        head: "LAST FAILURE",
        cell: ({ lastFailure }) => (lastFailure === null ? "" : `${age(lastFailure)} ago`),
        right: true,
      },
    ]);
  const clients = unknown.clients.map(({ client, failures }) => `${client} (${failures})`).join(", ");
  const others = unknown.failures > 0 ? `; ${count(unknown.failures, "failure")} of other names, from ${clients}` : "";
  note(`${count(users.length, "login")}, the last ${count(days, "day")} of the log${others}`);
}
