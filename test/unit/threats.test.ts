import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../sandbox/paths";

const page = readFileSync(join(PROJECT_ROOT, "docs", "threats.md"), "utf8");
const rows = page.split("\n").filter((line) => /^\| (?!-|who +\|)/.test(line));

test("every kind of attacker has a row", () => {
  const kinds = new Set(rows.map((row) => row.split("|")[1]!.trim()));
  const wanted = ["stranger", "login", "`myNetworks`", "next hop", "local user"];
  expect([...kinds]).toEqual(expect.arrayContaining([...wanted, "another service's account", "another deploy"]));
});

test.each(rows)("%s names a test that there is", (row) => {
  const [, file = "", title = ""] = /\| `([^`]+)`: (.+?) +\|$/.exec(row) ?? [];
  const text = readFileSync(join(PROJECT_ROOT, "test", file), "utf8");
  const titles = [...text.matchAll(/\btest(?:\.each\b[^]*?\))?\(\s*(["'`])(.*?)\1,/g)].map(([, , found]) => found);
  expect(titles).toContain(title);
});
