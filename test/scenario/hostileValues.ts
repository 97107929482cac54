import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkPlainValues } from "../../components/inputs";
import type { MailRelayArgs } from "../../components";
import { renderBundle } from "../../components/render/bundle";
import { inspect } from "../../components/settings/inspect";
import { resolve } from "../../components/settings/resolve";
import { secretsOf } from "../../components/settings/secrets";
import type { Lab } from "../../sandbox/lab";
import type { Release } from "../../sandbox/cloud/types";
import { factsOf } from "../unit/components/fixtures";
import { changed, everything, others, places } from "../unit/components/settings/everyOption";
import { onlyDroplet } from "./support";

/** One value of the arguments put in the place of another, and the files that Postfix reads then. */
interface Trial {
  what: string;
  value: string;
  files: Files;
}

type Files = Record<string, string>;

/** What Postfix's tools say of each file. */
type Reading = Record<string, { said: string[]; errors: string }>;

const postfixOf: Record<Release, string> = { bullseye: "3.5", bookworm: "3.7", trixie: "3.10" };

/** What means something to Postfix, to its tables, to a shell, or to nobody. */
const pieces = [
  ...[
    "$myhostname",
    "${mynetworks}",
    "$(mydomain)",
    "$$",
    "#",
    " #",
    " ",
    "  ",
    "\t",
    ",",
    ";",
    ":",
    "=",
    "@",
    "|",
    "/",
  ],
  ...[
    "{",
    "}",
    '"',
    "'",
    "\\",
    "\\\n",
    "\n",
    "\n ",
    "\r",
    "\r\n",
    "\0",
    "\v",
    "\f",
    "`id`",
    "%s",
    "..",
    " -o x=y",
    "*",
  ],
  ...["<", ">", "!", "[", "]", "(", ")", "^", "~", "ä", "\u00a0", "\u0085", "\u2028", "\ufeff", "😀", "\x7f", "x"],
];

/** The value with something in it, in front of it or behind it. */
const hostile = (value: string) =>
  fc
    .tuple(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }), fc.nat({ max: value.length }))
    .map(([parts, at]) => value.slice(0, at) + parts.join("") + value.slice(at));

/** Those of a value that are tried, where so many are accepted. */
const tries = 60;
const enough = 1;

/** What Postfix reads with these arguments; undefined when they are refused. */
function rendered(args: object, release: Release): Files | undefined {
  try {
    checkPlainValues("relay", args as MailRelayArgs);
  } catch {
    return undefined;
  }
  const { relayHostPassword, routePasswords } = secretsOf(args);
  const settings = resolve(inspect(args).input, "2026-06-15");
  const { files } = renderBundle(settings, factsOf[postfixOf[release]]!, { relayHostPassword, routePasswords });
  // Those of Cyrus SASL have another form.
  const read = files.filter(({ path }) => path.startsWith("etc/") && !path.startsWith("etc/sasl/"));
  return Object.fromEntries(read.map(({ path, body }) => [path.slice("etc/".length), body]));
}

function trialsOf(args: object, release: Release): Trial[] {
  return places(args).flatMap((place) => {
    const before = place.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], args);
    // The values of postfixParameters are Postfix's own syntax.
    if (typeof before !== "string" || place[0] === "postfixParameters") return [];
    const found: Trial[] = [];
    for (const value of new Set(fc.sample(hostile(before), { seed: 1, numRuns: tries }))) {
      const files = rendered(changed(args, place, value) as object, release);
      if (files) found.push({ what: `${place.join(".")} = ${JSON.stringify(value)}`, value, files });
      if (found.length === enough) break;
    }
    return found;
  });
}

/** Where what Postfix reads differs in more than that value. */
function harm(before: Reading, after: Reading, value: string): string[] {
  return Object.keys({ ...before, ...after }).flatMap((path) => {
    const [was, is] = [before[path], after[path]];
    if (!was || !is) return [`there is ${is ? "a" : "no"} ${path}`];
    if (is.errors !== was.errors) return [`${path}: ${is.errors}`];
    if (is.said.length !== was.said.length)
      return [`${path} has ${is.said.length} lines instead of ${was.said.length}`];
    const known = new Set(was.said);
    const foreign = is.said.filter((line) => !known.has(line) && !comparable(line).includes(comparable(value)));
    return foreign.map((line) => `${path}: ${line}`);
  });
}

/** Without what Postfix writes otherwise on purpose: small letters, addresses in brackets, and the greeting's own name. */
const comparable = (text: string) =>
  text.toLowerCase().replaceAll(/[[\]]/g, "").replaceAll("$myhostname", "relay.example.com");

/** Has Postfix's own tools read what is rendered from hostile values of each option; resolves with what is more than a value. */
export async function hostileValues(lab: Lab, release: Release): Promise<{ tried: number; harmed: string[] }> {
  const harmed: string[] = [];
  let tried = 0;
  for (const args of [everything, others]) {
    const trials = trialsOf(args, release);
    const [before, ...after] = await readingsOf(lab, [rendered(args, release)!, ...trials.map(({ files }) => files)]);
    trials.forEach(({ what, value }, index) =>
      harmed.push(...harm(before!, after[index]!, value).map((found) => `${what}: ${found}`)),
    );
    tried += trials.length;
  }
  return { tried, harmed };
}

async function readingsOf(lab: Lab, all: Files[]): Promise<Reading[]> {
  const reader = readFileSync(join(__dirname, "hostileValues.py"), "utf8");
  const argv = ["python3", "-B", "-c", reader];
  const { code, stdout, stderr } = await lab.cloud.exec(await onlyDroplet(lab), argv, JSON.stringify(all));
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Reading[];
}
