import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

const host = join(PROJECT_ROOT, "components", "host");
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "host-scripts-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a function of a script in the folder; `systemctl` only says what it was asked for. */
function call(script: string, line: string): { status: number | null; said: string } {
  const preamble = `. "$0/lib.sh"; . "$0/${script}"; systemctl() { echo "systemctl $*"; }; `;
  const { status, stdout, stderr } = spawnSync("bash", ["-c", preamble + line, host], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test("a service that goes is stopped and disabled, unless its unit has other users", () => {
  write("own/unit", "own.service\n");
  write("certbot/unit", "certbot.timer\n");
  write("certbot/shared", "yes\n");
  expect(call("services.sh", "remove_service own").said).toBe("systemctl --quiet disable --now own.service\n");
  expect(call("services.sh", "remove_service certbot").said).toBe("");
});

test("a service that goes takes the folders of its own with it, when nothing else is in them", () => {
  const inside = (name: string) => join(folder, name).slice(1);
  for (const name of ["mail-relay-x/program.py", "mail-relay-x/lib/a.py", "mail-relay-y/b.py", "etc/c.conf"]) {
    write(name, "");
    write(`own/tree/${inside(name)}`, "");
  }
  write("mail-relay-y/another", "");
  write("own/unit", "own.service\n");
  expect(call("services.sh", "remove_service own").status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(["etc", "mail-relay-y", "own"]);
  expect(readdirSync(join(folder, "mail-relay-y"))).toEqual(["another"]);
});

describe("what services expect of the trial", () => {
  const expected = ": header DKIM-Signature: .*: signed$\nnot signed\nsample: (seen|met)$\nnot met\n";
  const took = () => call("trial.sh", "trial_home=.; services_took_part");

  test("nothing passes", () => expect(took()).toEqual({ status: 0, said: "" }));

  test.each<[string, string, number, string]>([
    ["all of it passes", "x: header DKIM-Signature: v=1: signed\nsample: met\n", 0, ""],
    ["the first that is missing is said", "sample: met\n", 1, "not signed\n"],
    ["so is the last", "x: header DKIM-Signature: v=1: signed\nsample: metal\n", 1, "not met\n"],
  ])("%s", (_, log, status, said) => {
    write("trial.expected", expected);
    write("log", log);
    expect(took()).toEqual({ status, said });
  });
});

test("the trial fails without the signature that its message must have", () => {
  const judge = () =>
    call(
      "trial.sh",
      "trial_home=.; postcat() { echo 'From: a@b.example'; }; python3() { cat >seen; cat said; }; signature_verifies",
    );
  write("said", "it has no signature\n");
  expect(judge()).toEqual({ status: 0, said: "" });
  write("trial.signature", "{}");
  write("queue/hold/ABC", "");
  expect(judge()).toMatchObject({
    status: 1,
    said: expect.stringContaining("not accept the signature of the trial's message: it has no") as string,
  });
  write("said", "");
  expect(judge()).toEqual({ status: 0, said: "" });
});
