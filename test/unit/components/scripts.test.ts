import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { hostScript } from "../../../components/provision/archive";

jest.setTimeout(60_000);

const root = join(__dirname, "../../..");

const scripts = ["components", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sh"))
    .map((name) => join(folder, name)),
);

const hostFolder = join(root, "components/host");
const steps = readdirSync(hostFolder).filter((name) => /\.(sh|py)$/.test(name));

const withoutDocstrings = `
import ast, sys
tree = ast.parse(sys.stdin.read())
for node in ast.walk(tree):
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
        node.body[0].value.value = ""
print(ast.dump(tree))
`;

describe("scripts as they travel", () => {
  test.each(steps)("%s does the same without its comments and docstrings", (name) => {
    const [whole, sent] = [readFileSync(join(hostFolder, name), "utf8"), hostScript(name).body];
    expect(sent.split("\n")).toHaveLength(whole.split("\n").length);
    expect(meaning(name, sent)).toBe(meaning(name, whole));
  });

  test("a line that only looks like a comment would be noticed", () => {
    expect(meaning("a.sh", "cat <<EOF\n\nEOF\n")).not.toBe(meaning("a.sh", "cat <<EOF\n# text\nEOF\n"));
    expect(meaning("a.py", 'x = """\n\n"""\n')).not.toBe(meaning("a.py", 'x = """\n# text\n"""\n'));
  });

  /** How the interpreter reads a script, apart from docstrings. */
  function meaning(name: string, text: string): string {
    const [command, args] = name.endsWith(".py")
      ? ["python3", ["-c", withoutDocstrings]]
      : ["bash", ["-c", 'eval "f() {\n$(cat)\n}"; declare -f f']];
    return execFileSync(command, args, { input: text, encoding: "utf8" });
  }
});

describe("scripts for the host", () => {
  test.each(scripts)("%s pipes into nothing that leaves before its input ends", (script) => {
    // Under pipefail, the writer that is ended by SIGPIPE turns a match into a failure, now and then.
    const early = /\|\s*(grep\s+(-\w*[qm]|--quiet)|head\b|sed\s+[^|]*\bq\b)/;
    const lines = readFileSync(join(root, script), "utf8").split("\n");
    expect(lines.filter((line) => early.test(line))).toEqual([]);
  });
});
