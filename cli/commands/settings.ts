import { createRequire } from "node:module";
import type { Command } from "commander";
import { CommandError, unreachable } from "../errors";
import type { GlobalOptions } from "../options";
import { plain, print, printJson, printTable } from "../output";
import type { StackOutputs } from "../stackOutputs";

/** Loaded when the command runs: help and usage errors need not wait for an SSH client. */
const load = createRequire(__filename);

export function registerSettings(program: Command): void {
  program
    .command("settings <login>")
    .description("show the settings for a mail client, without the password")
    .option("--thunderbird", "print Thunderbird's configuration file, the same for every login")
    .addHelpText(
      "after",
      `
They come from the outputs of the stack or sandbox; the host is not contacted. The output \`logins\` has the password.

  mail-relay settings alice
  mail-relay settings alice --thunderbird >config-v1.1.xml
  pulumi stack output logins --show-secrets`,
    )
    .action(async (login: string, options: { thunderbird?: boolean }, command: Command) => {
      const global = command.optsWithGlobals<GlobalOptions>();
      const { findTarget } = load("../target") as typeof import("../target");
      const { outputs } = await findTarget(global);
      if (outputs === undefined)
        throw unreachable("settings come from the stack: use --stack and --cwd instead of --host");
      const servers = serversFor(outputs, login);
      if (options.thunderbird) print((outputs.autoconfig ?? "").trimEnd());
      else if (global.json) printJson(servers);
      else
        printTable(servers, [
          { head: "SERVER", cell: ({ host }) => host },
          { head: "PORT", cell: ({ port }) => String(port), right: true },
          { head: "SECURITY", cell: ({ tls }) => (tls === "implicit" ? "SSL/TLS" : "STARTTLS") },
          { head: "AUTHENTICATION", cell: ({ authentication }) => authentication.join(" ") },
          { head: "USER NAME", cell: ({ userName }) => userName },
        ]);
    });
}

function serversFor(outputs: StackOutputs, login: string) {
  const logins = Object.keys(outputs.logins ?? {});
  if (!logins.includes(login))
    throw new CommandError(
      `there is no login ${JSON.stringify(plain(login))}; the logins are: ${logins.join(", ") || "none"}`,
    );
  const servers = outputs.clientSettings?.[login];
  if (!servers)
    throw new CommandError("an older version deployed this relay, without client settings; run `pulumi up`");
  if (servers.length === 0) throw new CommandError("no listener of this relay accepts logins");
  return servers;
}
