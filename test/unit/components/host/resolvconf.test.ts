import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../../sandbox/paths";

/** resolvconf.py in a folder of the test's own; \`at\` is the change to the file system at which it is cut off. */
const program = `
import os, sys
sys.path += sys.argv[1].split(":")
import resolvconf
folder, words, at = sys.argv[2], sys.argv[3].split(), int(sys.argv[4])
resolvconf.LIVE = f"{folder}/resolv.conf"
resolvconf.ORIGINAL = f"{folder}/before"
resolvconf.QUEUE = f"{folder}/chroot"
resolvconf.is_running = lambda: False
left = at
def counted(call):
    def wrapper(*args, **options):
        global left
        left -= 1
        if left == 0:
            os._exit(9)
        return call(*args, **options)
    return wrapper
for name in ("link", "unlink", "replace", "fchmod", "fsync"):
    setattr(os, name, counted(getattr(os, name)))
for word in words:
    getattr(resolvconf, word)()
`;
const source = ["components/host/resolver", "components/host"].map((name) => join(PROJECT_ROOT, name)).join(":");
const original = "# somebody else's\nsearch corp.example\nnameserver 192.0.2.53\n";

let folder: string;
const file = (name: string) => join(folder, name);
const live = () => readFileSync(file("resolv.conf"), "utf8");
const chroot = () => readFileSync(file("chroot/etc/resolv.conf"), "utf8");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mail-relay-resolvconf-"));
  mkdirSync(file("chroot/etc"), { recursive: true });
  writeFileSync(file("resolv.conf"), original, { mode: 0o604 });
  writeFileSync(file("chroot/etc/resolv.conf"), original);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether it came to its end. */
function run(words: string, at = 0): boolean {
  try {
    execFileSync("python3", ["-B", "-c", program, source, folder, words, String(at)], { stdio: "pipe" });
    return true;
  } catch (error) {
    if ((error as { status?: number }).status === 9) return false;
    throw error;
  }
}

test("cut off anywhere, there is a whole file, and the original comes back with all that it was", () => {
  const { ino, mode } = lstatSync(file("resolv.conf"));
  let cuts = 0;
  for (let at = 1; !run("switch restore", at); at++) {
    cuts++;
    expect([original, expect.stringMatching(/nameserver 127\.0\.0\.1/)]).toContainEqual(live());
    run("switch");
    expect(live()).toMatch(/^# Managed .*\nnameserver 127\.0\.0\.1\noptions edns0 trust-ad\nsearch corp\.example\n$/);
    expect(chroot()).toBe(live());
    run("restore");
    expect([live(), lstatSync(file("resolv.conf"))]).toEqual([original, expect.objectContaining({ ino, mode })]);
    expect(chroot()).toBe(original);
    expect(readdirSync(folder).sort()).toEqual(["chroot", "resolv.conf"]);
  }
  // A link for the original; a mode, a sync and a rename for each of two files; a rename and one such file back.
  expect(cuts).toBeGreaterThanOrEqual(11);
});

test("a link comes back as a link, also one that leads nowhere", () => {
  unlinkSync(file("resolv.conf"));
  symlinkSync("../run/stub.conf", file("resolv.conf"));
  run("switch");
  expect(live()).toContain("nameserver 127.0.0.1");
  expect(lstatSync(file("resolv.conf")).isSymbolicLink()).toBe(false);
  run("restore");
  expect(readlinkSync(file("resolv.conf"))).toBe("../run/stub.conf");
});

test("what somebody else writes is the original; an edit of ours, or its end, is no file of theirs", () => {
  run("switch");
  writeFileSync(file("resolv.conf"), live() + "nameserver 192.0.2.1\n");
  run("switch");
  unlinkSync(file("resolv.conf"));
  run("switch");
  run("restore");
  expect(live()).toBe(original);
  run("switch");
  writeFileSync(file("resolv.conf"), "nameserver 192.0.2.2\n");
  run("switch restore");
  expect(live()).toBe("nameserver 192.0.2.2\n");
  run("switch");
  writeFileSync(file("resolv.conf"), "nameserver 192.0.2.3\n");
  run("restore");
  expect([live(), chroot()]).toEqual(Array(2).fill("nameserver 192.0.2.3\n"));
});

test("a host without the file, or a chroot without a copy, has none afterwards", () => {
  unlinkSync(file("resolv.conf"));
  unlinkSync(file("chroot/etc/resolv.conf"));
  run("switch");
  expect(live()).toContain("nameserver 127.0.0.1");
  run("restore");
  expect(readdirSync(folder)).toEqual(["chroot"]);
  expect(readdirSync(file("chroot/etc"))).toEqual([]);
});
