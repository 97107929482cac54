import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { commandProvider } from "../../../sandbox/engine/providers/command/provider";
import type { OldState, Provider, ResourceKind } from "../../../sandbox/engine/providers/provider";
import type { Props } from "../../../sandbox/engine/embedded/values";
import { Sshd } from "./support/sshd";

jest.setTimeout(60_000);

let sshd: Sshd;
let provider: Provider;
let command: ResourceKind;
let abort: AbortController;
let logged: string[];

beforeAll(async () => {
  sshd = await Sshd.prepare();
  sshd.listen();
});

afterAll(() => sshd.close());

beforeEach(() => {
  provider = commandProvider();
  command = provider.kinds["command:remote:Command"]!;
  abort = new AbortController();
  logged = [];
});

afterEach(() => provider.close?.());

function connection(more: Props = {}): Props {
  const { host, port, privateKey } = sshd;
  return { host, port, privateKey, hostKey: sshd.hostKey(), dialErrorLimit: 3, ...more };
}

function context() {
  const log = (severity: string, text: string) => logged.push(`${severity}: ${text}`);
  return { name: "step", signal: abort.signal, log };
}

function checked(inputs: Props): Props {
  return command.check({ connection: connection(), ...inputs }, "step", undefined);
}

function create(inputs: Props) {
  return command.create(checked(inputs), context());
}

function update(old: OldState, inputs: Props): Promise<Props> {
  return command.update!(old, checked(inputs), context());
}

async function existing(inputs: Props): Promise<OldState> {
  const { id, outputs } = await create(inputs);
  return { id, inputs: checked(inputs), outputs };
}

test("create runs the command with stdin, keeps stdout and stderr, and logs whole lines", async () => {
  const { id, outputs } = await create({
    create: "cat; printf 'half a'; printf ' line\\nlast'; echo warned >&2",
    stdin: "from stdin\n",
  });
  expect(id).toMatch(/^step[0-9a-f]{8}$/);
  expect(outputs).toMatchObject({ stdout: "from stdin\nhalf a line\nlast", stderr: "warned" });
  expect([...logged].sort()).toEqual(["info: from stdin", "info: half a line", "info: last", "info: warned"]);
});

test.each([
  ["none", []],
  ["stdout", ["info: out"]],
  ["stderr", ["info: err"]],
  ["stdoutAndStderr", ["info: err", "info: out"]],
])("logging %s", async (logging, expected) => {
  await create({ create: "echo out; echo err >&2", logging });
  expect([...logged].sort()).toEqual(expected);
});

test("without a command nothing is dialled", async () => {
  const before = sshd.logins;
  expect((await create({})).outputs).toMatchObject({ stdout: "", stderr: "" });
  expect(sshd.logins).toBe(before);
});

test("a failing command tells its status, its whole text and all its output", async () => {
  const text = 'echo one; echo "two" >&2; exit 7';
  await expect(create({ create: text })).rejects.toThrow(
    /^Process exited with status 7: running "echo one; echo \\"two\\" >&2; exit 7":\n(one\ntwo|two\none)\n$/,
  );
  await expect(create({ create: "kill -TERM $$" })).rejects.toThrow(/from signal TERM/);
});

test("a large stdin arrives whole, and stdout comes back whole", async () => {
  const stdin = `${"0123456789abcdef".repeat(64)}\n`.repeat(300);
  const { outputs } = await create({ create: "cat", stdin, logging: "none" });
  expect(`${outputs.stdout as string}\n` === stdin).toBe(true);
});

test("every change is an update that runs update, or else create; a changed trigger replaces", async () => {
  const old = await existing({ create: "echo created", triggers: ["1"] });
  expect(command.diff(old, checked({ create: "echo created", triggers: ["1"] }))).toEqual({
    changed: [],
    replaces: [],
  });
  const other = checked({ create: "echo created", triggers: ["1"], connection: connection({ dialErrorLimit: 4 }) });
  expect(command.diff(old, other)).toEqual({ changed: ["connection"], replaces: [] });
  expect(command.diff(old, checked({ create: "echo created", triggers: ["2"] }))).toEqual({
    changed: ["triggers"],
    replaces: ["triggers"],
  });
  expect(command.diff(old, checked({ create: "echo created" })).replaces).toEqual(["triggers"]);
  expect((await update(old, { create: "echo again" })).stdout).toBe("again");
  expect((await update(old, { create: "echo again", update: "echo updated" })).stdout).toBe("updated");
});

test("the delete script runs on delete, and only if there is one", async () => {
  const marker = sshd.file("deleted");
  await command.delete(await existing({ create: "true" }), context());
  expect(existsSync(marker)).toBe(false);
  await command.delete(await existing({ create: "true", delete: `echo gone > ${marker}` }), context());
  expect(readFileSync(marker, "utf8")).toBe("gone\n");
});

test("environment: what the server accepts is set, what it refuses fails the command", async () => {
  const { outputs } = await create({ create: "echo $LANG", environment: { LANG: "C.UTF-8" } });
  expect(outputs.stdout).toBe("C.UTF-8");
  const refused = create({ create: `touch ${sshd.file("ran")}`, environment: { SECRET_NAME: "x" } });
  await expect(refused).rejects.toThrow(/could not set environment variable "SECRET_NAME"/);
  expect(existsSync(sshd.file("ran"))).toBe(false);
});

test("the previous output is offered to the next run; a refusal is only a warning", async () => {
  const old = await existing({ create: "echo before; echo noise >&2" });
  const show = { create: "echo got $PULUMI_COMMAND_STDOUT$PULUMI_COMMAND_STDERR" };
  logged = [];
  expect((await update(old, show)).stdout).toBe("got before");
  expect(logged.filter((line) => line.startsWith("warning: "))).toEqual([
    expect.stringContaining("PULUMI_COMMAND_STDERR"),
  ]);
  expect((await update(old, { ...show, addPreviousOutputInEnv: false })).stdout).toBe("got");
});

test("the host key is pinned by type and value; without one nothing is verified", async () => {
  expect(
    (await create({ create: "echo in", connection: connection({ hostKey: sshd.hostKey() + " comment" }) })).outputs
      .stdout,
  ).toBe("in");
  const unpinned = connection();
  delete unpinned.hostKey;
  expect((await create({ create: "echo in", connection: unpinned })).outputs.stdout).toBe("in");

  const before = sshd.logins;
  const other = await Sshd.prepare();
  try {
    const wrong = connection({ hostKey: other.hostKey(), dialErrorLimit: 2 });
    await expect(create({ create: "echo in", connection: wrong })).rejects.toThrow(
      /^after 2 failed attempts: ssh: handshake failed: /,
    );
    // The RSA key is the server's as well, but another type than the one pinned.
    const rsa = connection({ hostKey: `ssh-dss ${sshd.hostKey("rsa").split(" ")[1]!}`, dialErrorLimit: 0 });
    await expect(create({ create: "echo in", connection: rsa })).rejects.toThrow();
  } finally {
    await other.close();
  }
  expect(sshd.logins).toBe(before);
});

test("dialling is tried again until the server listens", async () => {
  const late = await Sshd.prepare();
  try {
    const { host, port, privateKey } = late;
    const running = create({ create: "echo up", connection: { host, port, privateKey, dialErrorLimit: 60 } });
    await sleep(700);
    late.listen();
    expect((await running).outputs.stdout).toBe("up");
  } finally {
    await late.close();
  }
});

test("wrong credentials and refused ports are retried up to the limit", async () => {
  const other = await Sshd.prepare();
  try {
    const stranger = connection({ privateKey: other.privateKey, dialErrorLimit: 2 });
    const tries = () =>
      (sshd.log.match(/Connection closed by authenticating user|Failed publickey|preauth/g) ?? []).length;
    const before = tries();
    await expect(create({ create: "true", connection: stranger })).rejects.toThrow(/after 2 failed attempts/);
    expect(tries()).toBeGreaterThan(before + 1);
    const closed = connection({ port: other.port, dialErrorLimit: 1 });
    await expect(create({ create: "true", connection: closed })).rejects.toThrow(
      `after 1 failed attempts: dial tcp 127.0.0.1:${other.port}: connect ECONNREFUSED`,
    );
  } finally {
    await other.close();
  }
});

test("a host that does not answer is named with its port; the limit of a try does not count for the handshake", async () => {
  const program =
    "import socket; s = socket.create_server(('127.0.0.1', 0), backlog=0); print(s.getsockname()[1], flush=True); input()";
  const silent = spawn("python3", ["-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const port = Number(String((await once(silent.stdout, "data"))[0]));
  // Once nobody accepts those that wait, the kernel answers no others.
  const waiting = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await once(waiting[0]!, "connect");
  const slow = create({ create: "true", connection: connection({ port, dialErrorLimit: 1, perDialTimeout: 1 }) });
  await expect(slow).rejects.toThrow(`after 1 failed attempts: dial tcp 127.0.0.1:${port}: i/o timeout`);
  waiting.forEach((socket) => socket.destroy());
  silent.kill();
});

test("a named agent that is dead fails at once, whatever else is given", async () => {
  const dead = connection({ agentSocketPath: "/nowhere/agent.sock", dialErrorLimit: -1 });
  await expect(create({ create: "true", connection: dead })).rejects.toThrow("dial unix /nowhere/agent.sock");
  process.env.SSH_AUTH_SOCK = "/nowhere/other.sock";
  try {
    await expect(create({ create: "true" })).rejects.toThrow("dial unix /nowhere/other.sock");
  } finally {
    delete process.env.SSH_AUTH_SOCK;
  }
});

test("a private key that cannot be read fails at once, and is not told", async () => {
  const broken = connection({ privateKey: "canary-not-a-key", dialErrorLimit: -1 });
  const error = await create({ create: "true", connection: broken }).catch((reason: Error) => reason);
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).not.toContain("canary");
});

test("the connection's defaults are filled in, and unknown fields are refused by name only", () => {
  expect(checked({ connection: { host: "h" } }).connection).toEqual({
    host: "h",
    user: "root",
    port: 22,
    dialErrorLimit: 10,
    perDialTimeout: 15,
  });
  expect(() => checked({ connection: connection({ hots: "canary" }) })).toThrow(
    "connection has unsupported fields: hots",
  );
  expect(() => checked({ connection: null })).toThrow("connection is required");
});

test("each command has a connection of its own, which stays open until the run is over", async () => {
  const before = sshd.logins;
  await create({ create: "true" });
  await create({ create: "true" });
  expect(sshd.logins).toBe(before + 2);
  const closed = () => (sshd.log.match(/Received disconnect|Connection closed by|Disconnected from/g) ?? []).length;
  await sleep(300);
  const closedBefore = closed();
  await provider.close?.();
  for (let look = 0; look < 100 && closed() < closedBefore + 2; look += 1) {
    await sleep(50);
  }
  expect(closed()).toBeGreaterThanOrEqual(closedBefore + 2);
});

test("an abort ends a running command, and a dial", async () => {
  const pidFile = sshd.file("pid");
  const running = create({ create: `echo $$ > ${pidFile}; exec sleep 300` });
  while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") {
    await sleep(50);
  }
  abort.abort(new Error("cancelled"));
  await expect(running).rejects.toThrow();
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGTERM");

  abort = new AbortController();
  const dialling = create({ create: "true", connection: connection({ port: 1, dialErrorLimit: -1 }) });
  await sleep(300);
  abort.abort(new Error("cancelled"));
  await expect(dialling).rejects.toThrow();
  writeFileSync(pidFile, "");
});
