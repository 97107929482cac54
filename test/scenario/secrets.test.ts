import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { instanceFolder } from "../../sandbox/cloud";
import { SINK_NAME, type ConfigChanges } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import type { RunResult } from "../../sandbox/engine";
import { startSink, type Sink } from "../../sandbox/mail/sink";
import { TEST_PREFIX } from "../../sandbox/names";
import { Hunt, watchProcesses, type Canaries } from "./hunt";
import { changes, eventually, failureOf, onHost, onlyDroplet, patience, submit, testLab } from "./support";

jest.setTimeout(patience);

/** Everything a relay keeps secrets in or could spill them to; the packages' own files are not written by it. */
const folders = "/boot /dev/shm /etc /home /media /mnt /opt /root /run /srv /tmp /var";

const canaries: Canaries = {};
/** Makes a password nobody else has, and remembers to look for it. */
function canary(name: string): string {
  return (canaries[name] = `Canary-${name}-${randomBytes(12).toString("hex")}`);
}
const hunt = () => new Hunt(canaries);

let lab: Lab;
let smartHost: Sink;
const smartHostLogins: Record<string, string> = {};
/** All that was printed, and all messages of errors. */
const said: string[] = [];

/** Carries out a run and keeps what it says, whether it succeeds or fails. */
async function recorded(run: "up" | "preview"): Promise<RunResult> {
  const onLine = (line: string) => said.push(line);
  const started = lab[run]({ onLine });
  started.then(
    ({ text }) => said.push(text),
    (error: Error) =>
      said.push(error.message, String(error.stack), (error as { result?: RunResult }).result?.text ?? ""),
  );
  return started;
}

function configure(alice: string, account: string): void {
  const change: ConfigChanges = {
    users: [{ login: "alice", password: alice }, { login: "printer" }],
    relayHost: { host: SINK_NAME, port: 2525, login: "account", password: account },
  };
  lab.configure(change);
}

const untilAtSmartHost = (subject: string) =>
  smartHost.waitForMessage((message) => message.raw.includes(`Subject: ${subject}`), 60_000);

/** Files of the droplet, whatever their mode, that hold a canary in any form, with the canaries' names. */
async function filesWithCanary(): Promise<Record<string, string[]>> {
  const grep = ["bash", "-c", `grep -rlaFs --devices=skip -f - ${folders}`];
  const { stdout } = await lab.cloud.exec(await onlyDroplet(lab), grep, hunt().patterns);
  const found: Record<string, string[]> = {};
  for (const path of stdout.split("\n").filter(Boolean)) {
    // As hexadecimal, for the way here is made for text.
    const content = Buffer.from(await onHost(lab, `od -An -v -tx1 '${path}' | tr -d ' \n'`), "hex");
    const names = hunt().in(content.toString("latin1"));
    if (names.length > 0) found[path] = names;
  }
  return found;
}

const journal = () => onHost(lab, "journalctl --no-pager --all --output=export");
const filesOfSandbox = () => hunt().inFolder(instanceFolder(`${TEST_PREFIX}secrets`), ["root", "upper", "work"]);
const modeOf = async (path: string) => (await onHost(lab, `stat -c '%U:%G %a' '${path}'`)).trim();

const passwords = [
  canary("alice-first"),
  canary("alice-second"),
  canary("alice-third"),
  canary("alice-fourth"),
] as const;
const accounts = [canary("account-first"), canary("account-second"), canary("account-third")] as const;

let watch: ReturnType<typeof watchProcesses>;

beforeAll(async () => {
  lab = await testLab("secrets", { release: "bookworm" });
  smartHostLogins.account = accounts[0];
  smartHost = await startSink({ address: lab.cloud.gateway, port: 2525, logins: smartHostLogins });
  watch = watchProcesses(hunt);
});

afterAll(async () => {
  watch?.stop();
  await smartHost?.close();
  await lab?.close();
});

describe("what the secrets go through", () => {
  test("a first up, after which the logins work and the smart host knows the relay by its own", async () => {
    configure(passwords[0], accounts[0]);
    await recorded("up");
    const { logins } = await lab.outputs();
    expect(logins.alice).toBe(passwords[0]);
    canaries["printer-generated"] = logins.printer!;
    await submit(lab, "alice", logins.alice!, "from alice");
    await submit(lab, "printer", logins.printer!, "from the printer");
    expect(await untilAtSmartHost("from alice")).toMatchObject({ login: "account", tls: true });
    expect(await untilAtSmartHost("from the printer")).toMatchObject({ login: "account", tls: true });
  });

  test("new passwords, previewed first", async () => {
    configure(passwords[1], accounts[1]);
    const preview = await recorded("preview");
    expect(changes(preview).sort()).toEqual(["update relay-apply", "update relay-proof", "update relay-users"]);
    smartHostLogins.account = accounts[1];
    await recorded("up");
    await submit(lab, "alice", passwords[1], "with the new password");
    expect(await untilAtSmartHost("with the new password")).toMatchObject({ login: "account" });
    await expect(submit(lab, "alice", passwords[0], "with the old one")).rejects.toThrow(/535 5\.7\.8/);
  });

  test("a users step that fails", async () => {
    configure(passwords[2], accounts[1]);
    await onHost(lab, "mv /usr/bin/db_load /usr/bin/db_load.away");
    const error = await failureOf(recorded("up"));
    expect(error.message).toContain("db_load: command not found");
    await onHost(lab, "mv /usr/bin/db_load.away /usr/bin/db_load");
  });

  test("a smart host that refuses, and an apply step that fails", async () => {
    configure(passwords[2], accounts[2]);
    const refused = await failureOf(recorded("up"));
    expect(refused.message).toContain("it refuses the login account or its password: 535");
    smartHostLogins.account = accounts[2];
    await onHost(lab, "systemd-run --quiet --unit=squatter python3 -m http.server --bind 127.0.0.1 20587");
    const error = await failureOf(recorded("up"));
    expect(error.message).toContain("the new configuration failed its trial, the old one is untouched");
    await onHost(lab, "systemctl stop squatter");
    await recorded("up");
  });

  test("a proof that fails", async () => {
    configure(passwords[3], accounts[2]);
    const file = "/etc/postfix/sasl/smtpd.conf";
    await onHost(
      lab,
      `cp ${file} /root/smtpd.conf; sed -i 's/relay.db/none.db/' "$(readlink -f ${file})"; postfix reload`,
    );
    const error = await failureOf(recorded("up"));
    expect(error.message).toContain("alice logs in with PLAIN on 587: AUTH PLAIN was answered 535");
    await onHost(lab, `cat /root/smtpd.conf >"$(readlink -f ${file})"; rm /root/smtpd.conf; postfix reload`);
    await recorded("up");
    await eventually(() => submit(lab, "alice", passwords[3], "after it all"));
    expect(await untilAtSmartHost("after it all")).toMatchObject({ login: "account" });
  });
});

describe("where the secrets are not", () => {
  test("in what was printed, and in messages of errors", () => {
    expect(said.join("\n")).toContain("relay-users");
    expect(hunt().in(said.join("\n"))).toEqual([]);
  });

  test("in the state and whatever else the sandbox keeps or logs", async () => {
    expect(await lab.engine.exportState(lab.stack)).toContain("relay-password-printer");
    expect(filesOfSandbox()).toEqual([]);
  });

  test("in a command line or an environment", () => {
    const { findings, commands } = watch.stop();
    expect(commands).toBeGreaterThan(100);
    expect(findings).toEqual([]);
  });

  test("in user data, as any program on the droplet could ask for it", async () => {
    const url = "http://169.254.169.254/metadata/v1/user-data";
    const get = `python3 -c "import urllib.request as u; print(u.urlopen('${url}', timeout=5).read().decode())"`;
    const userData = await onHost(lab, get);
    expect(userData).toContain("#cloud-config");
    expect(hunt().in(userData)).toEqual([]);
  });

  test("in the journal", async () => {
    const text = await journal();
    expect(text).toContain("postfix/submission/smtpd");
    expect(hunt().in(text)).toEqual([]);
  });

  test("in any file of the droplet but the two that Postfix reads, closed to everybody else", async () => {
    const found = await filesWithCanary();
    const database = "/var/spool/postfix/sasl/relay.db";
    const { [database]: users, ...rest } = found;
    expect(users).toEqual(["alice-fourth", "printer-generated"]);
    expect(await modeOf(database)).toBe("root:postfix 640");

    const live = (await onHost(lab, "readlink -f /etc/postfix/relay_password")).trim();
    expect(rest[live]).toEqual(["account-third"]);
    for (const path of Object.keys(rest)) {
      expect(path).toMatch(/^\/etc\/postfix\/generations\/[^/]+\/relay_password$/);
      expect(await modeOf(path)).toBe("root:root 600");
    }
  });

  test("in a folder that a step left behind", async () => {
    expect(await onHost(lab, "ls -d /run/mail-relay.* /var/lib/mail-relay/trial 2>/dev/null || true")).toBe("");
  });
});

describe("the hunt itself", () => {
  const prey = canary("planted");
  const hex = Buffer.from(prey).toString("hex");

  test.each([
    ["in clear", prey],
    ["in hexadecimal", hex],
    ["in a compressed archive, in base64", gzipSync(`x\n ${hex}\n`).toString("base64")],
    [
      "in one that is cut off",
      gzipSync(`x\n ${hex}\n${randomBytes(99).toString("hex")}`)
        .toString("base64")
        .slice(0, -40),
    ],
    ["in a line of a user database in an archive", Buffer.from(`x\n ${hex}\n`).toString("base64")],
    ...["", "a", "ab"].map((before) => [
      `in base64 behind ${before.length} bytes`,
      Buffer.from(`${before}${prey}rest`).toString("base64"),
    ]),
  ])("finds a secret %s", (_form, text) => {
    expect(hunt().in(`before ${text} after`)).toEqual(["planted"]);
    expect(hunt().in("before after")).toEqual([]);
  });

  test("finds a command line and an environment in a droplet", async () => {
    const processes = watchProcesses(hunt);
    await onHost(lab, `exec -a ${prey} sleep 1`);
    await onHost(lab, `HIDDEN=${Buffer.from(prey).toString("base64")} exec sleep 1`);
    const { findings } = processes.stop();
    expect(findings).toContainEqual(expect.stringMatching(/^command line of \S+\/sleep .*: planted$/));
    expect(findings).toContainEqual(expect.stringMatching(/^environment of \S+\/sleep .*: planted$/));
  });

  test("finds a file, a line of the journal, and a file of the sandbox", async () => {
    await onHost(lab, `echo ${hex} >/var/tmp/spilled; logger -t spilled ${prey}; journalctl --sync`);
    expect(await filesWithCanary()).toMatchObject({ "/var/tmp/spilled": ["planted"] });
    expect(hunt().in(await journal())).toEqual(["planted"]);
    await writeFile(join(lab.stack.stateDir, "spilled"), `{"x":"${prey}"}`);
    expect(filesOfSandbox()).toEqual([`${join(lab.stack.stateDir, "spilled")}: planted`]);
  });
});
