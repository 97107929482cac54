import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { changes } from "../scenario/messages/promise";

test("the table of changes in the documentation is the one that the scenario holds the relay to", () => {
  const text = readFileSync(join(PROJECT_ROOT, "docs", "messages.md"), "utf8");
  const rows = [...text.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map(([, what, when]) => [what, when]);
  expect(rows.slice(0, 1)).toEqual([["change", "when"]]);
  expect(rows.slice(1).filter(([what]) => !what!.startsWith("--"))).toEqual(
    changes.map(({ what, when }) => [what, when]),
  );
});
