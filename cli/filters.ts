import { InvalidArgumentError, Option, type Command } from "commander";
import { positiveNumber } from "./options";

/** How to choose messages; all conditions must match. The host applies it. */
export interface QueueFilter {
  queue?: string;
  ids?: string[];
  sender?: string;
  recipient?: string;
  /** Seconds. */
  olderThan?: number;
  reason?: string;
  /** Bytes. */
  largerThan?: number;
}

export const QUEUES = ["deferred", "active", "hold", "incoming"] as const;

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES: Record<string, number> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** How far a command looks back in the log; its help shows the default as a person would write it. */
export const sinceOption = (byDefault: string): Option =>
  new Option("--since <time>", "how far to look back").argParser(seconds).default(seconds(byDefault), byDefault);

/** 90s, 30m, 2h, 1d, 1w as seconds. */
export function seconds(value: string): number {
  const [, number, unit] = /^(\d{1,6})([smhdw])$/.exec(value) ?? [];
  if (number === undefined) throw new InvalidArgumentError("Give a number and its unit: 90s, 30m, 2h, 1d or 1w.");
  return Number(number) * SECONDS[unit!]!;
}

/** 500, 20k, 5M as bytes. */
export function bytes(value: string): number {
  const [, number, unit] = /^(\d{1,12})([kMG]?)$/.exec(value) ?? [];
  if (number === undefined) throw new InvalidArgumentError("Give bytes, or a number with k, M or G: 500, 20k, 5M.");
  return Number(number) * BYTES[unit!]!;
}

/** A queue id, short or long. */
export function queueId(value: string): string {
  if (/^[0-9A-Za-z]{5,30}$/.test(value)) return value;
  throw new InvalidArgumentError(`${JSON.stringify(value)} is not a queue id; \`mail-relay queue\` shows them.`);
}
export const queueIds = (value: string, before: string[] = []): string[] => [...before, queueId(value)];

const pattern = (value: string): string => {
  if (value !== "" && value.length <= 320 && !/[\u0000-\u001f]/.test(value)) return value;
  throw new InvalidArgumentError("Give an address, @domain, or a pattern with *.");
};

export function addFilters(command: Command): Command {
  return command
    .addOption(
      new Option("--sender <address>", "sender: an address, @domain or a pattern with *; <> for bounces").argParser(
        pattern,
      ),
    )
    .addOption(new Option("--recipient <address>", "any recipient, in the same forms").argParser(pattern))
    .addOption(new Option("--older-than <time>", "in the queue for longer than 30m, 2h, 1d").argParser(seconds))
    .addOption(
      new Option("--reason <text>", "the reason for the delay contains this text (case-insensitive)").argParser(
        pattern,
      ),
    )
    .addOption(new Option("--larger-than <size>", "larger than 500, 20k, 5M bytes").argParser(bytes));
}

export const addLimit = (command: Command): Command =>
  command.addOption(
    new Option("--limit <number>", "the largest number of messages to show").default(100).argParser(positiveNumber),
  );

/** The filter options of a command. */
export function filterOf(options: QueueFilter): QueueFilter {
  const { sender, recipient, olderThan, reason, largerThan } = options;
  return { sender, recipient, olderThan, reason, largerThan };
}
