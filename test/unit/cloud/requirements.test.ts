import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRequirements, RequirementError } from "../../../sandbox/cloud/requirements";
import * as runModule from "../../../sandbox/cloud/run";

const WAY_OUT = "; without it, run `pulumi up` against DigitalOcean, or give `host`.";
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cl-path-"));
  // Nothing but what a test puts there, as on a machine without any of the commands.
  jest.spyOn(runModule, "commandEnvironment").mockReturnValue({ PATH: folder });
  jest.spyOn(process, "getuid").mockReturnValue(0);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const command = async (name: string, script: string) => {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
};

test("who is not root is told so, in one sentence with a way out", async () => {
  jest.spyOn(process, "getuid").mockReturnValue(1000);
  const refused = checkRequirements();
  await expect(refused).rejects.toThrow(RequirementError);
  await expect(refused).rejects.toThrow(`The sandbox needs root's rights (for containers and their network)${WAY_OUT}`);
});

test("where there is no apt-get, the missing packages are named", async () => {
  await command("nft", "exit 0");
  await command("dnsmasq", "exit 0");
  await expect(checkRequirements()).rejects.toThrow(
    "The sandbox needs the commands of the Debian packages debootstrap, systemd-container, iproute2, mount, util-linux",
  );
});

test("apt-get installs what is missing, announced, and its failure is told", async () => {
  await command("apt-get", `echo "$@" >>${folder}/calls; [ "$1" != -q ] || { echo "E: no network" >&2; exit 100; }`);
  for (const name of ["debootstrap", "systemd-nspawn", "ip", "mount", "unshare", "setpriv", "nsenter", "nft"]) {
    await command(name, "exit 0");
  }
  const lines: string[] = [];
  await expect(checkRequirements((line) => lines.push(line))).rejects.toThrow(
    `The sandbox needs the packages dnsmasq-base, which apt-get could not install (E: no network)${WAY_OUT}`,
  );
  expect(lines).toEqual(["Installing what the sandbox needs with apt-get: dnsmasq-base"]);
});
