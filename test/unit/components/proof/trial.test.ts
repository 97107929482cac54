import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

jest.setTimeout(60_000);

const script = join(__dirname, "../../../../components/host/trial.sh");

/** Runs functions of trial.sh as apply.sh would have them. */
function run(functions: string, { input = "", home = "" } = {}): string {
  const text = `postfix_etc=/etc/postfix; . ${script}; ${home === "" ? "" : `trial_home=${home};`} ${functions}`;
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", text], {
    input,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

test("what Postfix says of a parameter on each of its rounds is told once, and begins with the reason", () => {
  const line = "/usr/sbin/postconf: warning: /var/lib/mail-relay/trial/etc/main.cf: unused parameter: nonsense=1\n";
  const fatal = "postfix: fatal: bad string length 0 < 1: mail_owner =\n";
  expect(run("in_short", { input: line.repeat(17) + fatal })).toBe(
    "main.cf: unused parameter: nonsense=1\nbad string length 0 < 1: mail_owner =\n",
  );
});

test("complaints of the trial: the first that ended a program, the last others, each once and without its origin", () => {
  const home = mkdtempSync(join(tmpdir(), "trial-"));
  try {
    const log = (text: string, time = "10:00:00") => `Nov 29 ${time} relay postfix/smtpd[12]: ${text}\n`;
    const lines = [
      ...[1, 2, 3, 4, 5].map((number) => log(`warning: number ${number}: [x]: y`)),
      log("fatal: bind 127.0.0.1 port 20587: Address already in use"),
      log("fatal: bind 127.0.0.1 port 20587: Address already in use", "10:00:01"),
      log("warning: symlink leaves directory: /etc/postfix/./main.cf"),
    ];
    writeFileSync(join(home, "log"), lines.join(""));
    expect(run("complaints", { home }).split("\n").slice(0, -1)).toEqual([
      "fatal: bind 127.0.0.1 port 20587: Address already in use",
      ...[2, 3, 4, 5].map((number) => `warning: number ${number}: [x]: y`),
    ]);
  } finally {
    rmSync(home, { recursive: true });
  }
});
