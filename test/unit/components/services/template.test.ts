import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../../../../components/services/template";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

test("a value stands for its placeholder, and a list for lines with the placeholder's indent", () => {
  expect(fill("a {{x}}\n  {{list}}\n{{none}}\nb {{x}}{{y}}\n", { x: "$&", y: 7, list: ["1", "2"], none: [] })).toBe(
    "a $&\n  1\n  2\nb $&7\n",
  );
});

test.each<[string, string, Parameters<typeof fill>[1], RegExp]>([
  ["a placeholder without a value", "{{x}}", {}, /placeholder \{\{x\}\}, for which there is no value/],
  ["the name of something every object has", "{{constructor}}", {}, /\{\{constructor\}\}/],
  ["a value without a placeholder", "a", { x: 1 }, /no placeholder for x/],
  ["a value of two lines", "{{x}}", { x: "1\nExecStart=/bin/false" }, /\{\{x\}\} holds a line break/],
  ["a line of a list that is two", "{{x}}\n", { x: ["1\n2"] }, /\{\{x\}\} holds a line break/],
  ["a list inside a line", "a {{x}}", { x: ["1"] }, /needs a line to itself/],
])("%s is an error", (_, template, values, message) => {
  expect(() => fill(template, values)).toThrow(message);
});

test("no unit or other configuration file is text in TypeScript or in a script", () => {
  const root = join(PROJECT_ROOT, "components");
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|sh)$/.test(name));
  expect(sources.length).toBeGreaterThan(50);
  const holding = sources.filter((name) =>
    /^\[(Unit|Service|Install|Definition)\]$/m.test(readFileSync(join(root, name), "utf8")),
  );
  expect(holding).toEqual([]);
});
