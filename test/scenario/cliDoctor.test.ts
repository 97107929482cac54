import { execFile } from "node:child_process";
import { join } from "node:path";
import type { DnsRecord } from "../../sandbox/cloud/types";
import type { Lab } from "../../sandbox/lab";
import { TEST_PREFIX } from "../../sandbox/names";
import { PROJECT_ROOT } from "../../sandbox/paths";
import type { Examination } from "../../cli/doctor/examine";
import { groups, keep, putBack, type DnsFault } from "./cliFaults";
import { onHost, patience, testLab } from "./support";

jest.setTimeout(patience);

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The real command, as a person starts it; what it reads from standard input is closed. */
function mailRelay(...args: string[]): Promise<Ran> {
  const program = join(PROJECT_ROOT, "cli", "mail-relay.js");
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, "--sandbox", `${TEST_PREFIX}doctor`, ...args],
      { maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

let lab: Lab;
let address: string;
let records: DnsRecord[];

/** Looks with the sandbox's own name server, block list and server to reach. */
const doctor = (...args: string[]) =>
  mailRelay(
    ...["doctor", "--resolver", lab.cloud.gateway, "--egress-host", "mx.receiver.test", "--seconds", "3"],
    ...["--block-list", "bl.receiver.test", "--dkim-selector", "mail", ...args],
  );

/** The records without the one of a name, or of a name and a type, and with another one. */
function changed(before: DnsRecord[], fault: DnsFault): DnsRecord[] {
  const [name, type] = (fault.without ?? "").split(" ");
  const left = before.filter((record) => record.name !== name || (type !== undefined && record.type !== type));
  return fault.with ? [...left, fault.with] : left;
}

beforeAll(async () => {
  lab = await testLab("doctor", { config: { metrics: true } });
  await lab.up();
  ({ address } = await lab.outputs());
  records = [
    { name: "mx.receiver.test", type: "A", value: lab.cloud.gateway },
    { name: "receiver.test", type: "MX", value: "mx.receiver.test" },
    { name: "relay.example.test", type: "A", value: address },
    { name: "somewhere.example.test", type: "A", value: address },
    { name: address, type: "PTR", value: "relay.example.test" },
    { name: "example.test", type: "TXT", value: `v=spf1 ip4:${address} -all` },
    { name: "_dmarc.example.test", type: "TXT", value: "v=DMARC1; p=none" },
    { name: "mail._domainkey.example.test", type: "TXT", value: "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7h" },
  ];
  await lab.cloud.setDns(records);
});

afterAll(() => lab?.close());

describe("a healthy relay", () => {
  test("has nothing wrong with it", async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/^all is well \(\d\d checks\)\n$/);
    expect(code).toBe(0);
  });
});

describe("a relay that something is wrong with", () => {
  test("at least 25 faults are seeded", () => {
    const all = groups(address, lab.cloud.trustedClient).flatMap(({ host, dns }) => [...host, ...dns]);
    expect(all.length).toBeGreaterThanOrEqual(25);
  });

  test.each(groups("ADDRESS", "REFUSING").map(({ name }) => name))(
    "%s: each fault is found, and said",
    async (name) => {
      const { host, dns } = groups(address, lab.cloud.trustedClient).find((group) => group.name === name)!;
      await onHost(lab, keep);
      try {
        for (const { seed } of host) await onHost(lab, seed);
        if (dns.length > 0) await lab.cloud.setDns(dns.reduce(changed, records));
        const { code, stdout } = await doctor("--json");
        const { findings } = JSON.parse(stdout) as Examination;
        const unfound = [...host, ...dns].filter(
          ({ id, said }) => !findings.some((finding) => finding.id === id && said.test(finding.what)),
        );
        const told = findings.map(({ id, what }) => `${id}: ${what}`);
        expect({ unfound: unfound.map(({ what }) => what), told }).toEqual({ unfound: [], told });
        expect(findings.every(({ todo }) => todo.length > 10)).toBe(true);
        expect(code).toBe(1);
      } finally {
        if (dns.length > 0) await lab.cloud.setDns(records);
        for (const { undo } of host) await onHost(lab, undo);
        await onHost(lab, putBack);
      }
    },
  );

  test("once all is put right, nothing is wrong any more", async () => {
    const { code, stdout } = await doctor();
    expect(stdout).toMatch(/^all is well/);
    expect(code).toBe(0);
  });
});
