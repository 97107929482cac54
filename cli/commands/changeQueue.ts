import { Option, type Command } from "commander";
import { confirm } from "../confirm";
import { CommandError, usageError } from "../errors";
import { addFilters, filterOf, queueIds, QUEUES, type QueueFilter } from "../filters";
import type { GlobalOptions } from "../options";
import { count, note, print, printJson, size } from "../output";
import { printListing, type Listing } from "../queueTable";
import type { Host } from "../ssh";
import { announce, withHost } from "../withHost";

type Verb = "flush" | "hold" | "release" | "requeue" | "delete" | "undelete";

/** The messages that a change affects, shown first; `chosen` goes back to the host, which changes only these. */
interface Preview extends Listing {
  chosen: [id: string, time: number][];
}

interface Changed {
  done: number;
  ids: string[];
  /** Chosen, but delivered or removed in the meantime. */
  gone: number;
}

type ChangeOptions = QueueFilter & { all?: string | true; yes?: boolean; copy?: boolean };

interface Words {
  description: string;
  /** As in "2 messages will be ...". */
  done: string;
  help: string;
  /** The queues `--all` can be limited to. */
  queues?: readonly string[];
}

const WORDS: Record<Verb, Words> = {
  flush: {
    description: "retry delivery of deferred messages now: all, or those you choose",
    done: "retried",
    help: "  mail-relay flush --recipient @example.net",
  },
  hold: {
    description: "put messages on hold: they stay in the queue and are not delivered",
    done: "put on hold",
    help: "  mail-relay hold --sender printer@example.com",
    queues: ["deferred", "active", "incoming"],
  },
  release: {
    description: "release messages from hold",
    done: "released from hold",
    help: "  mail-relay release --all",
  },
  requeue: {
    description: "requeue messages under new ids, so that changed routes and rewriting apply",
    done: "requeued",
    help: "  mail-relay requeue --all deferred",
    queues: QUEUES,
  },
  delete: {
    description: "delete messages from the queue; `undelete` restores them within a day",
    done: "deleted",
    help: `  mail-relay delete 4bXyzB1Cde --yes
  mail-relay delete --sender @spammer.example --older-than 1h
  mail-relay delete --all deferred            like postsuper -d ALL deferred`,
    queues: QUEUES,
  },
  undelete: {
    description: "restore deleted messages under new ids (`queue deleted` lists them)",
    done: "restored",
    help: "  mail-relay undelete --all",
  },
};

export function registerQueueChanges(program: Command): void {
  for (const verb of Object.keys(WORDS) as Verb[]) registerChange(program, verb);
}

function registerChange(program: Command, verb: Verb): void {
  const { description, help, queues } = WORDS[verb];
  const command = program.command(verb).description(description).argument("[ids...]", "queue ids", queueIds, []);
  addFilters(command).addOption(
    queues
      ? new Option("--all [queue]", "all messages, or all of one queue").choices(queues)
      : new Option("--all", "all messages"),
  );
  if (verb === "delete") command.option("--no-copy", "keep no copies: the messages cannot be restored");
  command
    .option("--yes", "do not ask for confirmation")
    .addHelpText(
      "after",
      `
Shows the messages and asks for confirmation first. Without a terminal it changes nothing unless --yes is given.

${help}`,
    )
    .action((ids: string[], options: ChangeOptions, self: Command) => change(verb, ids, options, self));
}

async function change(verb: Verb, ids: string[], options: ChangeOptions, command: Command): Promise<void> {
  const filter = choice(verb, ids, options);
  const { json } = command.optsWithGlobals<GlobalOptions>();
  await withHost(command, async (host) => {
    const preview = await previewOf(host, verb, filter);
    const missing = (filter.ids ?? []).filter((id) => !preview.chosen.some(([chosen]) => chosen === id));
    if (missing.length > 0)
      throw new CommandError(
        `${host.target.label}: no such message to be ${WORDS[verb].done}: ${missing.join(", ")}; nothing was changed`,
      );
    const chosen = count(preview.count, "message");
    if (preview.count > 0) {
      announce(host.target);
      if (!json) printListing(preview);
      const kept = verb === "delete" && options.copy === false ? ", without copies" : "";
      await confirm(
        `On ${host.target.label}: ${chosen}, ${size(preview.size)}, will be ${WORDS[verb].done}${kept}.`,
        options.yes,
      );
    }
    const changed =
      preview.count === 0
        ? { done: 0, ids: [], gone: 0 }
        : await carryOut(host, verb, { filter, chosen: preview.chosen, copy: options.copy ?? true });
    if (json) return printJson(changed);
    print(`${count(changed.done, "message")} ${WORDS[verb].done}`);
    if (changed.gone > 0) note(`${count(changed.gone, "message")} left the queue in the meantime`);
    if (verb === "delete" && options.copy !== false && changed.done > 0)
      note("`mail-relay undelete` restores them within a day");
  });
}

const previewOf = (host: Host, verb: Verb, filter: QueueFilter): Promise<Preview> =>
  verb === "undelete"
    ? host.ask<Preview>("deletedmail", { filter, limit: 10 })
    : host.ask<Preview>("queuechange", { verb, filter });

const carryOut = (host: Host, verb: Verb, args: object): Promise<Changed> =>
  verb === "undelete" ? host.ask<Changed>("deletedmail", args) : host.ask<Changed>("queuechange", { verb, ...args });

/** The messages to change: ids, filters, or all. A missing choice never means all, except for flush. */
function choice(verb: Verb, ids: string[], options: ChangeOptions): QueueFilter {
  const filters = filterOf(options);
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const all = options.all !== undefined;
  if ([ids.length > 0, filtered, all].filter(Boolean).length > 1)
    throw usageError(`${verb}: choose messages either by ids, by filters, or with --all`);
  if (ids.length > 0) return { ids };
  if (filtered) return filters;
  if (all) return typeof options.all === "string" ? { queue: options.all } : {};
  if (verb === "flush") return {};
  throw usageError(`${verb}: which messages? Give their ids, a filter, or --all`);
}
