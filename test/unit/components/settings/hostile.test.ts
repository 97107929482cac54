import { renderBundle } from "../../../../components/render/bundle";
import { inspect } from "../../../../components/settings/inspect";
import { resolve } from "../../../../components/settings/resolve";
import { isApart, kindOf, relayArguments, type Property } from "../../../../components/settings/schema";
import { factsOf } from "../fixtures";
import { changed, everything, others, places } from "./everyOption";

/** What would be more than a value to Postfix, put into a value that is good. */
const hostile: ((value: string) => string)[] = [
  (value) => `$mynetworks${value}`,
  (value) => value.replace(/.(?=.*[@.])/, "$&$$mynetworks"),
  ...["${mynetworks}", "\ninjected = 1", "\n  -o injected=1", "\rinjected = 1", " -o injected=1"].map(
    (more) => (value: string) => value + more,
  ),
];

/** The rendered files for these arguments; undefined when they are refused. */
function rendered(args: object): Record<string, string> | undefined {
  const { input, issues } = inspect(args);
  if (issues.length > 0) return undefined;
  const { files } = renderBundle(resolve(input, "2026-06-15"), factsOf["3.10"]!);
  return Object.fromEntries(files.map(({ path, body }) => [path, body]));
}

const configuration = (path: string) => /\b(main|master)\.cf$/.test(path);
const references = (text: string) => text.match(/\$[({]?mynetworks/g)?.length ?? 0;
const hasLine = (text: string) => /^\s*(-o )?injected/m.test(text);
const hasOption = (text: string) => / -o injected/.test(text);

/** What a change of one value has done to the files besides changing a value in them. */
function harm(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.entries(after).flatMap(([path, body]) => {
    const replaced = configuration(path) && references(body) !== references(before[path] ?? "");
    const more = hasLine(body) || (path.endsWith("master.cf") && hasOption(body));
    return [...(replaced ? [`${path} has a reference`] : []), ...(more ? [`${path} has a line`] : [])];
  });
}

/** The paths of all options that take text, with * for the items of lists and maps. */
function texts(property: Property, path: string[] = []): string[] {
  const kind = kindOf(property);
  if (kind.is === "text") return [path.join(".")];
  if (kind.is === "list" || kind.is === "map") return texts(kind.items, [...path, "*"]);
  if (kind.is !== "group") return [];
  return Object.entries(kind.properties).flatMap(([name, inner]) => texts(inner, [...path, name]));
}

test("the arguments it is tried with have all options that take text and no secret", () => {
  const reached = new Set([everything, others].flatMap(places).map((place) => place.map(name).join(".")));
  const secret = (path: string) => isApart(path.replace(/.*\./, ""));
  expect(texts(relayArguments).filter((path) => !secret(path) && !reached.has(path))).toEqual([
    // Not for Postfix.
    "tls.acme.caCertificate",
  ]);
});

/** Items of lists, and names that a map's keys are, as * in a path. */
function name(key: string, index: number, place: string[]): string {
  return /^\d+$/.test(key) || ["aliases", "postfixParameters"].includes(place[index - 1] ?? "") ? "*" : key;
}

test.each([
  ["all options", everything, () => true],
  [
    "those that exclude some of them",
    others,
    ([option]: string[]) => ["host", "relayHost", "rewriting"].includes(option!),
  ],
])("no text in %s is more than itself in what Postfix reads", (_, args, isTried) => {
  const before = rendered(args)!;
  expect(Object.keys(before).filter(configuration).length).toBeGreaterThanOrEqual(2);
  const harmed: string[] = [];
  for (const place of places(args).filter(isTried)) {
    // Its values are Postfix's own syntax.
    if (place[0] === "postfixParameters") continue;
    const value = place.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], args);
    if (typeof value !== "string") continue;
    for (const change of hostile) {
      const after = rendered(changed(args, place, change(value)) as object) ?? {};
      harmed.push(
        ...harm(before, after).map((what) => `${place.join(".")} = ${JSON.stringify(change(value))}: ${what}`),
      );
    }
  }
  expect(harmed).toEqual([]);
});

test("nor is a name", () => {
  for (const name of hostile.map((change) => change("root")).filter((name) => name !== "root")) {
    expect(inspect(changed(everything, ["aliases"], { [name]: "a@example.com" }) as object).issues).not.toEqual([]);
    expect(inspect(changed(everything, ["postfixParameters"], { [name]: "1" }) as object).issues).not.toEqual([]);
  }
});
