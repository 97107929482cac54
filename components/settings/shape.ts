import { closest, distance } from "fastest-levenshtein";
import { holdsSecrets, isApart, isGroup, Kind, kindOf, Property, relayArguments } from "./schema";
import { quote, Report } from "./checks/report";

/** How `readShape` meets what it does not look into, and whom it tells what is wrong. */
interface Reader {
  /** Whether a value is an Output or a Promise. */
  isPending: (value: unknown) => boolean;
  /** What becomes of such a value. */
  pending: (value: unknown, property: Property, path: string) => unknown;
  /** What becomes of a value that is kept apart from settings. */
  apart: (value: unknown, path: string) => unknown;
  /** Hears of unknown options and of values of the wrong kind. */
  wrong: Report;
  /** Hears of required options that were not given. */
  missing: Report;
}

/**
 * Walks arguments along the schema of `MailRelayArgs`. Returns a copy with everything that has the right shape: what is
 * wrong is reported and left out, in a list as a hole, so that no later code meets another kind of value than its type says.
 */
export function readShape(given: unknown, reader: Reader, property = relayArguments, path = ""): unknown {
  if (reader.isPending(given)) return reader.pending(given, property, path);
  const kind = kindOf(property);
  if (!fits(given, kind)) {
    reader.wrong(path === "" ? "arguments" : path, complaint(given, kind, property));
    return undefined;
  }
  if (kind.is === "group") return readGroup(given as Record<string, unknown>, kind.properties, reader, path);
  if (kind.is === "list") return readList(given as unknown[], kind.items, reader, path);
  if (kind.is === "map") return readMap(given as Record<string, unknown>, kind.items, reader, path);
  return given;
}

function readGroup(given: Record<string, unknown>, known: Record<string, Property>, reader: Reader, path: string) {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name) || given[name] === undefined) continue;
    reader.wrong(within(path, name), unknownOption(name, Object.keys(known)));
  }
  for (const symbol of Object.getOwnPropertySymbols(given)) {
    reader.wrong(within(path, String(symbol)), "is not an option; the names of options are text");
  }
  const result: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(known)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) {
      result[name] = isApart(name)
        ? reader.apart(value, within(path, name))
        : readShape(value, reader, property, within(path, name));
    } else if (!property.optional) {
      reader.missing(within(path, name), `missing; ${firstSentence(property.description)}`);
    }
  }
  return result;
}

function readList(given: unknown[], items: Property, reader: Reader, path: string): unknown[] {
  const result: unknown[] = [];
  result.length = given.length;
  for (let index = 0; index < given.length; index++) {
    const item = readShape(given[index], reader, items, `${path}[${index}]`);
    if (item !== undefined) result[index] = item;
  }
  return result;
}

function readMap(given: Record<string, unknown>, items: Property, reader: Reader, path: string) {
  const entries = Object.entries(given).filter(([name, value]) => {
    if (name === "__proto__") reader.wrong(within(path, name), "cannot be a name");
    return name !== "__proto__" && value !== undefined;
  });
  const values = entries.map(([name, value]) => [name, readShape(value, reader, items, within(path, name))] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function within(path: string, name: string): string {
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

function fits(given: unknown, kind: Kind): boolean {
  switch (kind.is) {
    case "text":
      return typeof given === "string";
    case "number":
      return typeof given === "number";
    case "flag":
      return typeof given === "boolean";
    case "choice":
      return typeof given === "string" && kind.values.includes(given);
    case "list":
      return Array.isArray(given);
    case "map":
    case "group":
      return isGroup(given);
  }
}

/** What is wrong with a value that does not fit, and what would. */
function complaint(given: unknown, kind: Kind, property: Property): string {
  const value = shown(given, property);
  const isScalar = typeof given === "number" || typeof given === "boolean";
  switch (kind.is) {
    case "text":
      if (!isScalar) return `${value} is not text`;
      return (
        `${value} is a ${typeof given === "number" ? "number" : "flag"} where text is needed; quote it: "${given}" ` +
        `(with pulumi config set --path, add --type string)`
      );
    case "number":
      return `${value} is not a number; write it in digits, without quotes`;
    case "flag":
      return `${value} is not a flag; use true or false, without quotes`;
    case "choice":
      return `${value} is not possible; use ${kind.values.join(", ")}`;
    case "list":
      return `${value} is not a list; write [...], also around a single value`;
    case "map":
      return `${value} is not a map of names to values`;
    case "group":
      return `${value} is not a group of options; ${groupAdvice(kind.properties, property)}`;
  }
}

function groupAdvice(properties: Record<string, Property>, { optional }: Property): string {
  const required = Object.entries(properties).filter(([, property]) => !property.optional);
  if (required.length === 0 && optional) return "give {} for its defaults, or leave it out";
  return `its options are ${Object.keys(properties).join(", ")}`;
}

/** A value of the wrong kind, unless a secret could be in it. */
function shown(given: unknown, property: Property): string {
  if (Array.isArray(given)) return "a list";
  if (typeof given === "object" && given !== null) return "an object";
  if (typeof given === "string" && (given.length > 80 || holdsSecrets(property))) return "text";
  return quote(given);
}

/** What to say about a name that is no option: the nearest one that is, or all of them. */
export function unknownOption(name: string, known: string[]): string {
  const lower = new Map(known.map((option) => [option.toLowerCase(), option]));
  const nearest = closest(name.toLowerCase(), [...lower.keys()]);
  // A third of the letters may differ, which leaves out words that only happen to be short.
  if (distance(name.toLowerCase(), nearest) <= Math.max(1, Math.floor(name.length / 3))) {
    return `is not an option; did you mean ${lower.get(nearest)}?`;
  }
  return `is not an option; use one of ${known.join(", ")}`;
}

function firstSentence(text = ""): string {
  const plain = text.replaceAll(/\s+/g, " ");
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/[.:]$/, "") ?? plain;
}
