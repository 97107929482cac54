import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ownedByRelay } from "../../../../components/postfix/parameters/owned";
import { ownedByServices } from "../../../../components/services/list";
import { chosenParameter, readableParameters } from "../../../../components/settings/chosenParameters";
import { refusalOf } from "../../../../components/settings/ownedParameters";

const owned = { ...ownedByRelay, ...ownedByServices() };
/** Refused whatever else is given, so nobody can have chosen it. */
const neverChosen = (name: string) => refusalOf(name, { myHostname: "relay.example.com" }, owned) !== undefined;

test.each(readableParameters)("%s, which a rule reads in postfixParameters, is one that can be there", (name) => {
  expect(neverChosen(name)).toBe(false);
});

test("no message, comment or page sends anyone to postfixParameters for a parameter that is refused there", () => {
  const root = join(__dirname, "../../../..");
  const within = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
  const all = ["README.md", ...["components", "cli", "docs"].flatMap(within)];
  const files = all.filter((path) => /\.(ts|md)$/.test(path) && !/node_modules|dist/.test(path));
  expect(files.length).toBeGreaterThan(100);
  const forms = [/postfixParameters\.([a-z_]+)/g, /([a-z]+_[a-z_]+)`? in\s+(?:\*\s+)?`?postfixParameters/g];
  const named = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return forms.flatMap((form) => [...text.matchAll(form)].map(([, name = ""]) => ({ file, name })));
  });
  expect(named).toContainEqual({ file: "components/args/limits.ts", name: "mailbox_size_limit" });
  expect(named.filter(({ name }) => neverChosen(name))).toEqual([]);
});

test("only what was given is chosen", () => {
  expect(chosenParameter({}, "transport_maps")).toBeUndefined();
  expect(chosenParameter({ postfixParameters: {} }, "transport_maps")).toBeUndefined();
  expect(chosenParameter({ postfixParameters: { transport_maps: "" } }, "transport_maps")).toBe("");
});
