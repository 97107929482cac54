import { createRequire } from "node:module";
import { createColors } from "picocolors";

/** Loaded for the first table: help and usage errors need not wait for it. */
const load = createRequire(__filename);

/** Colours on a terminal only, and not where NO_COLOR is set. */
export const paint = createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

let maskAddresses = false;

/** From now on all output shows only the first letter of the local part of mail addresses. */
export const startMasking = (): void => void (maskAddresses = true);

const BARE_LOCAL_PART = /([^\s<>()[\]"'=,:;@\\])[^\s<>()[\]"'=,:;@\\]*@(?=[\p{L}\p{N}_[-])/gu;
const QUOTED_LOCAL_PART = /"(?:[^"\\]|\\.)*"@/g;

/** The local part of every mail address cut to its first letter. */
export const masked = (text: string): string =>
  text.replaceAll(QUOTED_LOCAL_PART, '"…"@').replaceAll(BARE_LOCAL_PART, "$1…@");

const shown = (text: string): string => (maskAddresses ? masked(text) : text);

/** Standard output is for results. Text from the network comes cleaned: colours are in it already. */
export const print = (line = ""): void => void process.stdout.write(`${shown(line)}\n`);

/** What a terminal acts on, or shows otherwise than it is: controls, marks without width and of direction, half characters. */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Values of JSON stay what they are: what would act on a terminal is written as an escape. Half characters are none. */
export function json(value: unknown, indent?: number): string {
  const whole = (text: string) => text.replaceAll(/\p{Cs}/gu, "\ufffd");
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (typeof inner === "string" ? shown(whole(inner)) : inner),
    indent,
  );
  return (maskAddresses ? text.replaceAll(BARE_LOCAL_PART, "$1…@") : text).replaceAll(ACTING, (character) =>
    character === "\n" ? character : character.replaceAll(/[^]/g, escaped),
  );
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

export const printJson = (value: unknown): void => void process.stdout.write(`${json(value, 2)}\n`);
export const printJsonLine = (value: unknown): void => void process.stdout.write(`${json(value)}\n`);

/** Everything except results goes to standard error. */
export const note = (line: string): void => void process.stderr.write(`mail-relay: ${plain(line)}\n`);

/** Text from the network as one line, without what acts on a terminal. */
export const plain = (text: string): string => plainLines(text).replaceAll(/[\t\n]/g, " ");

/** The same where its lines and tabs are kept. */
export const plainLines = (text: string): string =>
  shown(text).replaceAll(ACTING, (character) => (/[\t\n]/.test(character) ? character : "\ufffd"));

function clipped(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

interface Column<Row> {
  head: string;
  /** Raw text from the host; it is cleaned here. */
  cell: (row: Row) => string;
  right?: boolean;
  /** Longer text is cut. */
  width?: number;
}

/** A table without borders, which is easy to copy and to cut into columns. */
export function printTable<Row>(rows: Row[], columns: Column<Row>[]): void {
  const bare = ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((corner) => [`${side}${corner}`, ""] as const),
  );
  const none: Record<string, string> = Object.fromEntries(bare);
  const Table = load("cli-table3") as typeof import("cli-table3");
  const table = new Table({
    head: columns.map(({ head }) => paint.bold(head)),
    colAligns: columns.map(({ right }) => (right ? "right" : "left")),
    chars: { ...none, middle: "  " },
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  for (const row of rows) {
    table.push(columns.map(({ cell, width = 200 }) => clipped(plain(cell(row)).replaceAll(/\s+/gu, " "), width)));
  }
  for (const line of table.toString().split("\n")) print(line.trimEnd());
}

/** A duration as its two largest units. */
export function duration(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, length]) => seconds >= length);
  if (first === -1) return "0s";
  let rest = seconds;
  const parts = units.slice(first, first + 2).map(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? `${count}${unit}` : "";
  });
  return parts.join("");
}

/** How long ago a time in seconds since 1970 is. */
export const age = (time: number, now = Date.now() / 1000): string => duration(Math.max(0, Math.round(now - time)));

export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
