import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { MAIL_RELAY } from "../../compiled";
import { keyPair } from "../../keys";
import { PROJECT_ROOT } from "../../../sandbox/paths";

jest.setTimeout(60_000);

const key = keyPair();
const locked = utils.generateKeyPairSync("ed25519", { passphrase: "secret", cipher: "aes256-cbc", rounds: 16 });
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  writeFileSync(join(folder, "locked"), locked.private, { mode: 0o600 });
  writeFileSync(join(folder, "nonsense"), "hello", { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The command as npm starts it, in a folder without a Pulumi project, where no Pulumi CLI is on PATH. */
function mailRelay(...args: string[]) {
  const env = { HOME: folder, PATH: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIL_RELAY, ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const host = ["--host", "192.0.2.1", "--host-key", key.public];

test("help names the commands, tells the exit codes, and is no failure", () => {
  const { status, stdout, stderr } = mailRelay("--help");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^ {2}queue .*what waits in the queue/m);
  expect(stdout).toMatch(/^Exit codes: 0 success, 1 .*, 2 wrong usage, 3 /m);
});

test("the version is that of the package", () => {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, "cli", "package.json"), "utf8")) as {
    version: string;
  };
  expect(mailRelay("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
});

test("help loads no module of a package but what reads arguments and colours text", () => {
  const list = join(folder, "list.js");
  const packages =
    "Object.keys(require.cache).flatMap((file) => /.*node_modules.((?:@[^/]+.)?[^/]+)/.exec(file)?.[1] ?? [])";
  writeFileSync(list, `process.on("exit", () => console.error(JSON.stringify([...new Set(${packages})])))`);
  const { stderr } = spawnSync(process.execPath, ["-r", list, MAIL_RELAY, "--help"], { encoding: "utf8" });
  expect((JSON.parse(stderr) as string[]).sort()).toEqual(["commander", "picocolors"]);
});

test.each([
  { args: ["qeue"], told: "unknown command 'qeue'" },
  { args: ["queue", "everything"], told: "Allowed choices are deferred, active, hold, incoming" },
  { args: ["queue", "--older-than", "soon"], told: "Give a number and its unit" },
  { args: ["queue", "--larger-than", "big"], told: "Give bytes, or a number with k, M or G" },
  { args: ["queue", "--limit", "0"], told: "It must be a whole number, 1 or more" },
  { args: ["queue", "--sender", ""], told: "Give an address, @domain, or a pattern with *" },
  { args: ["queue", "--port", "70000", ...host], told: "A port is a number from 1 to 65535" },
  { args: ["queue", "--host", "192.0.2.1"], told: "--host needs --host-key" },
  { args: ["queue", "--host", "a b", "--host-key", key.public], told: '--host: "a b" is not an address or a name' },
  {
    args: ["queue", "--host", "192.0.2.1", "--host-key", "ssh-rsa AAAA"],
    told: "--host-key must be an ed25519 public key",
  },
  { args: ["queue", "--identity", "id"], told: "--identity goes with --host" },
  { args: ["queue", ...host, "--identity", "missing"], told: "--identity: missing cannot be read (ENOENT)" },
  { args: ["queue", ...host, "--identity", "nonsense"], told: "--identity: nonsense is not a private key" },
  { args: ["queue", ...host, "--identity", "locked"], told: "--identity: locked has a passphrase" },
  { args: ["queue", "show", "ALL"], told: '"ALL" is not a queue id' },
  { args: ["delete"], told: "delete: which messages? Give their ids, a filter, or --all" },
  { args: ["delete", "4bXyzB1Cde", "--all"], told: "choose messages either by ids, by filters, or with --all" },
  { args: ["hold", "--all", "everything"], told: "Allowed choices are deferred, active, incoming" },
  { args: ["trace", "a b"], told: "Give a queue id, such as 4bXyzB1Cde, or a Message-ID" },
  { args: ["queue", "--cwd", "missing"], told: "--cwd: there is no folder" },
])("wrong usage is exit code 2 and one sentence: $args", ({ args, told }) => {
  const { status, stdout, stderr } = mailRelay(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(told);
  expect(stderr).not.toContain("    at ");
});

test("without a relay to be found it says where it looked, and how to name one", () => {
  const { status, stderr } = mailRelay("queue");
  expect(status).toBe(3);
  expect(stderr).toMatch(/^mail-relay: which relay\? There is no Pulumi CLI on PATH; name the host with --host.*\n$/);
});

test("a port where nobody listens is named", () => {
  const { status, stderr } = mailRelay("queue", "--host", "127.0.0.1", "--port", "1", "--host-key", key.public);
  expect(status).toBe(3);
  expect(stderr).toBe("mail-relay: 127.0.0.1 refuses connections on port 1: no SSH server there\n");
});
