import { fromPytest, pythonFolders } from "../../../../sandbox/testing/python";

test.each([
  [0, "...\n3 passed in 0.12s", { passed: 3, failed: 0, skipped: 0 }],
  [1, "F..\n1 failed, 2 passed, 1 skipped in 0.12s", { passed: 2, failed: 1, skipped: 1 }],
  [1, "E\n2 passed, 1 error in 0.12s", { passed: 2, failed: 1, skipped: 0 }],
  [4, "ERROR: file or directory not found", { passed: 0, failed: 1, skipped: 0 }],
  [5, "no tests ran in 0.01s", { passed: 0, failed: 1, skipped: 0 }],
])("pytest's exit code %i and last line are counted: %s", (code, output, counts) => {
  expect(fromPytest({ code, output })).toEqual({ ...counts, details: output });
});

test("the library is checked with the folder around it, all other folders alone", () => {
  const folders = pythonFolders();
  expect(folders.get("components/host")).toEqual(
    expect.arrayContaining(["components/host/probe.py", "components/host/lib/smtp.py"]),
  );
  expect([...folders.keys()]).toEqual(expect.arrayContaining(["cli/host", "test/python"]));
  expect(folders.has("components/host/lib")).toBe(false);
});
