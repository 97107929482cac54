import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "../../../sandbox/paths";

jest.setTimeout(300_000);

/** In megabytes; a relay with two users takes a quarter of it. */
const memory = 200;

test("a thousand users more, and then less, take little memory", async () => {
  const program = join(__dirname, "support", "manyUsers.ts");
  const node = [`--max-old-space-size=${memory}`, "--require", "ts-node/register/transpile-only"];
  const { stdout } = await promisify(execFile)(process.execPath, [...node, program, "2", "1000", "2"], {
    cwd: PROJECT_ROOT,
  });
  const [, more, less] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, number>);
  expect(more).toMatchObject({ create: 998 });
  expect(less).toMatchObject({ delete: 998 });
});
