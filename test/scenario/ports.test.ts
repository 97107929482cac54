import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import type { Lab } from "../../sandbox/lab";
import { eventually, onHost, patience, testLab } from "./support";

jest.setTimeout(patience);

/** The interface of this machine that has an address. */
function interfaceOf(address: string): string {
  const named = Object.entries(networkInterfaces()).find(([, all]) => all?.some((one) => one.address === address));
  if (named === undefined) throw new Error(`no interface has ${address}`);
  return named[0];
}

/** Every TCP port on which somebody in the world is answered. */
async function openPorts(lab: Lab, address: string): Promise<number[]> {
  const options = ["-n", "-Pn", "-sS", "-p-", "--min-rate", "5000", "--max-retries", "2", "--open", "-oG", "-"];
  const from = ["-S", lab.cloud.strangerClient, "-e", interfaceOf(lab.cloud.gateway)];
  const { stdout } = await promisify(execFile)("nmap", [...options, ...from, address]);
  return [...stdout.matchAll(/(\d+)\/open\/tcp/g)].map(([, port]) => Number(port));
}

describe("the ports of a relay", () => {
  let lab: Lab;
  let address: string;

  beforeAll(async () => {
    lab = await testLab("ports");
    lab.configure({ listeners: { submissions: true, alternate: true } });
    await lab.up();
    ({ address } = await lab.outputs());
  });

  afterAll(() => lab.close());

  test("the world reaches the promised ones and no other, of all 65535", async () => {
    expect(await openPorts(lab, address)).toEqual([25, 465, 587, 2525]);
  });

  test("and not those that have been given up", async () => {
    lab.configure({ listeners: { smtp: false } });
    await lab.up();
    await eventually(async () => expect(await openPorts(lab, address)).toEqual([587]), 3);
  });

  test("by IPv6 none of them is there", async () => {
    expect(await onHost(lab, "ss -Hltn6 '( sport = :587 )'")).toBe("");
    expect(await onHost(lab, "ss -Hltn4 '( sport = :587 )' | wc -l")).toBe("1\n");
  });
});
