import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceFolder } from "../../../sandbox/cloud/folders";
import { exclusively, freeIndex, readRecord, removeState, writeRecord } from "../../../sandbox/cloud/instances";
import { INSTANCES } from "../../../sandbox/cloud/layout";

const secrets = { token: "t", adminToken: "a", release: "bookworm" as const };
const given = process.env.SANDBOX_HOME;
let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "cl-home-"));
  process.env.SANDBOX_HOME = join(parent, "home");
});

afterEach(async () => {
  if (given === undefined) delete process.env.SANDBOX_HOME;
  else process.env.SANDBOX_HOME = given;
  await rm(parent, { recursive: true });
});

test("instances that start at the same time get different numbers", async () => {
  const names = ["a", "b", "c"];
  const claim = (name: string) =>
    exclusively(async () => {
      const index = await freeIndex();
      await writeRecord({ name, index, ...secrets });
      return index;
    });
  const indices = await Promise.all(names.map(claim));
  expect(new Set(indices).size).toBe(names.length);
  expect(await readRecord("b")).toMatchObject({ name: "b", index: indices[1] });
});

test("there is an end to it", async () => {
  for (let index = 0; index < INSTANCES; index++) await writeRecord({ name: `i${index}`, index, ...secrets });
  await expect(freeIndex()).rejects.toThrow("8 sandboxes run already; remove one.");
});

test("nobody but root reads an instance's tokens", async () => {
  await writeRecord({ name: "a", index: 0, ...secrets });
  const modes = await Promise.all(
    [instanceFolder("a"), join(instanceFolder("a"), "instance.json")].map((p) => stat(p)),
  );
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600]);
});

test("the last instance takes the home folder and the lock with it", async () => {
  await exclusively(() => writeRecord({ name: "a", index: 0, ...secrets }));
  await exclusively(() => writeRecord({ name: "b", index: 1, ...secrets }));
  await exclusively(() => removeState("a"));
  expect(await readdir(join(parent, "home"))).toEqual(["b"]);
  await exclusively(() => removeState("b"));
  expect(await readdir(parent)).toEqual([]);
});
