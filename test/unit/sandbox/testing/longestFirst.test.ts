import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../../..");
interface Sequencer {
  sort(given: ReturnType<typeof tests>): ReturnType<typeof tests>;
}
const LongestFirst = jest.requireActual<new (options: object) => Sequencer>("../../../../scripts/longestFirst");
const LONGEST = ["handover", "logins", "openRelay", "mistakes", "replacement"];

/** Tests as Jest hands them over, without a cache of earlier times. */
const tests = (names: string[]) =>
  names.map((name) => ({
    path: join(ROOT, "test/scenario", `${name}.test.ts`),
    context: {
      config: { id: "none", cacheDirectory: "/nonexistent" },
      hasteFS: { getSize: (path: string) => statSync(path).size },
    },
  }));

test("starts the longest scenarios first, and keeps every test", () => {
  const given = ["relay", "replacement", "mistakes", "cli", "handover", "openRelay", "logins"];
  const sorted = new LongestFirst({ contexts: [], globalConfig: {} }).sort(tests(given));
  const names = sorted.map(({ path }) => path.replace(/^.*\/|\.test\.ts$/g, ""));
  expect(names.slice(0, LONGEST.length)).toEqual(LONGEST);
  expect([...names].sort()).toEqual([...given].sort());
});

test("names only scenarios that exist", () => {
  for (const { path } of tests(LONGEST)) expect([path, existsSync(path)]).toEqual([path, true]);
});
