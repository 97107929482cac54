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
  /** Failures with names that do not exist, which are not shown, or that the log does not tell. */
  unknown: { failures: number; clients: { client: string; failures: number }[] };
  database: string;
  days: number;
}

export function registerUsers(program: Command): void {
  program
    .command("users")
    .description("the logins, their last use and their failures as the log has them; never a password")
    .option("--days <number>", "how far back the log is read", positiveNumber, 7)
    .addHelpText(
      "after",
      `
A use is a message accepted from that login. Names that were tried and do not exist are only counted: somebody may have
typed a password there. Logins from the host itself, such as those of a deploy, do not count. Postfix before 3.6 does not
log with which login a client failed.

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
  const others =
    unknown.failures > 0 ? `; ${count(unknown.failures, "failure")} that belong to none of them, from ${clients}` : "";
  note(`${count(users.length, "login")}, the last ${count(days, "day")} of the log${others}`);
}
