import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../..");

const scripts = ["components", "cli"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sh"))
    .map((name) => join(folder, name)),
);

describe("scripts for the host", () => {
  test.each(scripts)("%s pipes into nothing that leaves before its input ends", (script) => {
    // Under pipefail, the writer that is ended by SIGPIPE turns a match into a failure, now and then.
    const early = /\|\s*(grep\s+(-\w*[qm]|--quiet)|head\b|sed\s+[^|]*\bq\b)/;
    const lines = readFileSync(join(root, script), "utf8").split("\n");
    expect(lines.filter((line) => early.test(line))).toEqual([]);
  });
});
