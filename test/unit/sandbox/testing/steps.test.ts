import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { shellScripts } from "../../../../sandbox/testing/steps";

test("finds the checkout's own shell scripts wherever they are", () => {
  const root = mkdtempSync(join(tmpdir(), "tl-scripts-"));
  const files = ["components/host/a.sh", ".ci/run", "b.sh", "sandbox/run", "x.ts", "node_modules/c/c.sh", ".git/d.sh"];
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  expect(shellScripts(root).sort()).toEqual([".ci/run", "b.sh", "components/host/a.sh"]);
  rmSync(root, { recursive: true });
});
