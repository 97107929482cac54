import type { Examination } from "../../cli/doctor/examine";
import type { DnsRecord } from "../../sandbox/cloud/types";
import type { Lab } from "../../sandbox/lab";
import { MailRelayCommand } from "./mailRelay";

/** The output's records as the sandbox's name server takes them; the preference of an MX is always 10 there. */
export const published = (wanted: DnsRecord[]): DnsRecord[] =>
  wanted.map(({ name, type, value }) => {
    const words = type === "MX" ? value.replace(/^10 /, "") : value;
    return { name, type, value: type === "TXT" ? words : words.replace(/\.$/, "") };
  });

interface Given {
  lab: Lab;
  /** The command `doctor` on this relay. */
  doctor: (...args: string[]) => Promise<{ stdout: string }>;
  address: string;
  /** The records of a healthy relay, and those of them that are its stack's. */
  records: DnsRecord[];
  ofStack: DnsRecord[];
}

/** That what the doctor says of DNS is what the stack says. */
export function describeDnsAdvice(given: () => Given): void {
  test("publishing the records of the findings is the whole cure", async () => {
    const { lab, doctor, records, ofStack } = given();
    const ofOthers = { name: "example.test", type: "TXT", value: "v=spf1 ip4:203.0.113.77 -all" } as const;
    const foreign = records.filter((record) => !ofStack.includes(record));
    await lab.cloud.setDns([...foreign, ofOthers]);
    try {
      const { findings } = JSON.parse((await doctor("--json")).stdout) as Examination;
      expect(findings.map(({ id }) => id).sort()).toEqual(
        ["dns-dkim", "dns-dmarc", "dns-mx", "dns-spf", "dns-spf", "dns-srv"].sort(),
      );
      await lab.cloud.setDns([...foreign, ...published(findings.map(({ record }) => record as DnsRecord))]);
      expect((await doctor()).stdout).toMatch(/^all is well/);
    } finally {
      await lab.cloud.setDns(records);
    }
  });

  test("without its stack the host's own name, address and block lists are checked, and that is said", async () => {
    const { lab, address, records } = given();
    const listing = { name: `${address.split(".").reverse().join(".")}.bl.receiver.test`, value: "127.0.0.2" };
    const relay = new MailRelayCommand((await lab.outputs()).ssh);
    await lab.cloud.setDns([{ ...listing, type: "A" }]);
    try {
      const options = ["--resolver", lab.cloud.gateway, "--egress-host", "mx.receiver.test", "--seconds", "3"];
      const { stdout, stderr } = await relay.run("doctor", ...options, "--json");
      const { findings, unchecked } = JSON.parse(stdout) as Examination;
      expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(["block-list"]));
      expect(findings.filter(({ id }) => /^dns-(spf|dmarc|mx)/.test(id))).toEqual([]);
      expect(unchecked).toEqual([expect.stringMatching(/only the A and PTR records .*: --host names no stack/)]);
      expect(stderr).toBe("");
      expect((await relay.run("doctor", ...options)).stderr).toContain(unchecked[0]);
    } finally {
      await lab.cloud.setDns(records);
      relay.close();
    }
  });
}
