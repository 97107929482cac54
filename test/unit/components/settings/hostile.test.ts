import { renderBundle } from "../../../../components/render/bundle";
import { inspect } from "../../../../components/settings/inspect";
import { resolve } from "../../../../components/settings/resolve";
import { factsOf } from "../fixtures";
import { changed, everything, places } from "./everyOption";

/** What would be more than a value to Postfix, put into a value that is good. */
const hostile: ((value: string) => string)[] = [
  ...["$mynetworks", "${mynetworks}", "$(mynetworks)"].flatMap((reference) => [
    (value: string) => reference + value,
    (value: string) => value + reference,
    (value: string) => value.replace(/.(?=.*[@.])/, `$&${reference.replaceAll("$", "$$$$")}`),
  ]),
  ...["\ninjected = 1", "\n  -o injected=1", "\rinjected = 1", " -o injected=1"].map(
    (line) => (value: string) => value + line,
  ),
];

/** The rendered files for these arguments on every generation of Postfix; undefined when they are refused. */
function rendered(args: object): Record<string, string> | undefined {
  const { input, issues } = inspect(args);
  if (issues.length > 0) return undefined;
  const settings = resolve(input, "2026-06-15");
  return Object.fromEntries(
    Object.entries(factsOf).flatMap(([generation, facts]) =>
      renderBundle(settings, facts).files.map(({ path, body }) => [`${generation} ${path}`, body]),
    ),
  );
}

const configuration = (path: string) => /\b(main|master)\.cf$/.test(path);
const references = (text: string) => text.match(/\$[({]?mynetworks/g)?.length ?? 0;
const hasLine = (text: string) => /^\s*(-o )?injected/m.test(text);
const hasOption = (text: string) => / -o injected/.test(text);

/** What a change of one value has done to the files besides changing a value in them. */
function harm(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.entries(after).flatMap(([path, body]) => {
    const replaced = configuration(path) && references(body) !== references(before[path] ?? "");
    const more = hasLine(body) || (configuration(path) && hasOption(body));
    return [...(replaced ? [`${path} has a reference`] : []), ...(more ? [`${path} has a line`] : [])];
  });
}

test("no text in any option is more than itself in what Postfix reads", () => {
  const before = rendered(everything)!;
  expect(Object.keys(before).filter(configuration).length).toBeGreaterThanOrEqual(6);
  const harmed: string[] = [];
  let accepted = 0;
  for (const place of places(everything)) {
    // Its values are Postfix's own syntax.
    if (place[0] === "postfixParameters") continue;
    const value = place.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], everything);
    if (typeof value !== "string") continue;
    for (const change of hostile) {
      const after = rendered(changed(everything, place, change(value)) as object);
      if (after === undefined) continue;
      accepted++;
      harmed.push(
        ...harm(before, after).map((what) => `${place.join(".")} = ${JSON.stringify(change(value))}: ${what}`),
      );
    }
  }
  expect(harmed).toEqual([]);
  // Some, such as a pattern, may hold a dollar.
  expect(accepted).toBeGreaterThan(0);
});

test("nor is a name", () => {
  for (const name of hostile.map((change) => change("root")).filter((name) => name !== "root")) {
    expect(inspect(changed(everything, ["aliases"], { [name]: "a@example.com" }) as object).issues).not.toEqual([]);
    expect(inspect(changed(everything, ["postfixParameters"], { [name]: "1" }) as object).issues).not.toEqual([]);
  }
});
