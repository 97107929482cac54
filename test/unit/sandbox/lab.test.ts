import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abandonedLabs, createLab, reopenLab } from "../../../sandbox/lab";
import { TEST_PREFIX } from "../../../sandbox/names";

/** Linux numbers no process as high as this. */
const NO_PROCESS = 2 ** 30;

let home: string;
const environment = { ...process.env };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tl-home-"));
  process.env.SANDBOX_HOME = home;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(home, { recursive: true });
});

test("only tests whose process is gone have abandoned their labs", async () => {
  for (const name of [`${TEST_PREFIX}running`, `t${NO_PROCESS}-over`, "default", "t-person", "test1-mine"]) {
    mkdirSync(join(home, name));
  }
  expect(await abandonedLabs()).toEqual([`t${NO_PROCESS}-over`]);
});

test("a lab that does not run cannot be opened again", async () => {
  mkdirSync(join(home, "crashed", "lab"), { recursive: true });
  writeFileSync(join(home, "crashed", "lab", "lab.json"), "{}");
  expect(await reopenLab("crashed")).toBeUndefined();
  expect(await reopenLab("never")).toBeUndefined();
});

test("an unknown engine is told before anything is started", async () => {
  process.env.SANDBOX_ENGINE = "terraform";
  await expect(createLab({ name: `${TEST_PREFIX}engine` })).rejects.toThrow(
    'SANDBOX_ENGINE is "terraform"; it can be embedded, pulumi or auto',
  );
});
