import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { fill, withoutProse } from "../../../../components/services/template";
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

/** Compares each program with what travels of it: the same statements at the same lines, apart from docstrings. */
const comparison = `
import ast, json, sys
def statements(source):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return ast.dump(tree), [node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")]
print(json.dumps([statements(whole) == statements(short) for whole, short in json.load(sys.stdin)]))
`;

test("a program travels without its comments and docstrings, and is the same program", () => {
  const folder = join(PROJECT_ROOT, "components");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".py"));
  const pairs = names.map((name) => readFileSync(join(folder, name), "utf8")).map((text) => [text, withoutProse(text)]);
  const input = JSON.stringify(pairs);
  const same = JSON.parse(execFileSync("python3", ["-c", comparison], { input, encoding: "utf8" })) as boolean[];
  expect(names.filter((_, index) => !same[index])).toEqual([]);
  expect(pairs.map(([, short]) => short).join("")).not.toMatch(/^\s*# |""".*"""$/m);
});
