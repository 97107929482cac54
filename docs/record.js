// Captures what the command prints about a running relay, and puts it into the pages in place of what stands there:
// npm run build && node docs/record.js [options that name the relay]. Each block begins with the line of its command.
const { spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");

const root = path.resolve(__dirname, "..");
const program = path.join(root, "cli", "dist", "cli", "main.js");
const relay = process.argv.slice(2);

for (const page of ["command.md", "doctor.md"]) {
  const file = path.join(__dirname, page);
  const recorded = fs
    .readFileSync(file, "utf8")
    .replace(/(```console\n\$ mail-relay ([^\n]+)\n)[^]*?(```)/g, (_block, head, words, end) => {
      const { stdout, error } = spawnSync(process.execPath, [program, ...relay, ...words.split(" ")], {
        encoding: "utf8",
      });
      if (error) throw error;
      if (stdout === "") throw new Error(`mail-relay ${words} printed nothing`);
      return head + stdout + end;
    });
  fs.writeFileSync(file, recorded);
}
