import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../../../cli/errors";
import type { GlobalOptions } from "../../../cli/options";
import { inOwnCheckout, sandboxAccess } from "../../../cli/sandbox";
import { findTarget } from "../../../cli/target";
import { announce } from "../../../cli/withHost";
import { keyPair } from "../../keys";

jest.mock("../../../cli/sandbox");

const hostKey = keyPair().public;
const relay = (address: string) => ({
  hostname: "relay.example.com",
  ssh: { host: address, port: 22, user: "root", privateKey: "private", hostKey },
});
const path = process.env.PATH;
let folder: string;

/** A `pulumi` that has this stack selected, with a relay in it; undefined: none is selected. */
function pulumi(stack: string | undefined): void {
  const type = "pulumi-mail-relay:index:MailRelay";
  const urn = `urn:pulumi:${stack}::mail::${type}::relay`;
  const state = { deployment: { resources: [{ type, urn, outputs: relay("203.0.113.7") }] } };
  const file = join(folder, "pulumi");
  writeFileSync(
    file,
    stack === undefined
      ? "#!/bin/sh\necho 'error: no stack selected' >&2; exit 1\n"
      : `#!/bin/sh\ncase "$*" in *--show-name*) echo ${stack} ;; *) echo '${JSON.stringify(state)}' ;; esac\n`,
  );
  chmodSync(file, 0o755);
}

function sandbox(running: boolean): void {
  jest.mocked(inOwnCheckout).mockReturnValue(true);
  jest.mocked(sandboxAccess).mockResolvedValue(running ? relay("198.51.100.7") : undefined);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-target-"));
  process.env.PATH = `${folder}:/usr/bin:/bin`;
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

const found = async (options: GlobalOptions) => {
  const { host, source } = await findTarget(options);
  return { host, source };
};
const ofSandbox = { host: "198.51.100.7", source: 'the sandbox "default"' };
const ofStack = { host: "203.0.113.7", source: 'the stack "prod"' };

test("a running sandbox and a selected stack end the command, which names both and how to choose", async () => {
  sandbox(true);
  pulumi("prod");
  await expect(findTarget({})).rejects.toMatchObject({
    exitCode: EXIT.usage,
    message:
      'which relay? the sandbox "default" is running and the Pulumi stack "prod" is selected; ' +
      "choose with --sandbox default, --stack prod or --host",
  });
});

test.each<[what: string, running: boolean, stack: string | undefined, options: GlobalOptions, expected: object]>([
  ["only the sandbox", true, undefined, {}, ofSandbox],
  ["only the stack", false, "prod", {}, ofStack],
  ["both, and the sandbox named", true, "prod", { sandbox: "default" }, ofSandbox],
  ["both, and the stack named", true, "prod", { stack: "prod" }, ofStack],
  ["both, and the folder named", true, "prod", { cwd: "." }, ofStack],
  ["both, and the host named", true, "prod", { host: "192.0.2.1", hostKey }, { host: "192.0.2.1" }],
])("%s: that one is used", async (_what, running, stack, options, expected) => {
  sandbox(running);
  pulumi(stack);
  expect(await found(options)).toEqual(expected);
});

test("without a Pulumi CLI the sandbox is the only one", async () => {
  sandbox(true);
  expect(await found({})).toEqual(ofSandbox);
});

test.each<[options: GlobalOptions, told: string]>([
  [{ host: "192.0.2.1", hostKey, sandbox: "default" }, "--host and --sandbox name different relays"],
  [{ sandbox: "default", stack: "prod" }, "--sandbox and --stack name different relays"],
  [{ host: "192.0.2.1", hostKey, cwd: "." }, "--host and --cwd name different relays"],
])("two that are named are refused: %j", async (options, told) => {
  sandbox(true);
  pulumi("prod");
  await expect(findTarget(options)).rejects.toMatchObject({
    exitCode: EXIT.usage,
    message: expect.stringContaining(told) as string,
  });
});

test("before a change the one that was found is named, on standard error; one given by its address is not", async () => {
  sandbox(true);
  const written = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  announce(await findTarget({}));
  announce(await findTarget({ host: "192.0.2.1", hostKey }));
  const lines = written.mock.calls.map(([line]) => line);
  written.mockRestore();
  expect(lines).toEqual(['mail-relay: using relay.example.com (198.51.100.7), the relay of the sandbox "default"\n']);
});
