import { execFile } from "node:child_process";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Lab } from "../../sandbox/lab";
import type { ConfigChanges } from "../../sandbox/labConfig";
import { send } from "../../sandbox/mail/client";
import { floods } from "./flood";
import { describeWithIpv6, hasIpv6 } from "./ipv6";
import { mailByIpv6, ONLY6 } from "./ipv6Mail";
import { nextHopsOfBothVersions } from "./ipv6NextHops";
import { loggedIn } from "./loginSession";
import { connects } from "./reach";
import { eventually, onHost, patience, testLab } from "./support";

jest.setTimeout(patience);

/** Wrong passwords that ban an address. */
const failures = 3;

/** The interface of this machine that has an address. */
function interfaceOf(address: string): string {
  const named = Object.entries(networkInterfaces()).find(([, all]) => all?.some((one) => one.address === address));
  if (named === undefined) throw new Error(`no interface has ${address}`);
  return named[0];
}

/** Every TCP port on which somebody in the world is answered. */
async function openPorts(lab: Lab, address: string): Promise<number[]> {
  const options = ["-n", "-Pn", "-sS", "-p-", "--min-rate", "10000", "--max-retries", "2", "--open", "-oG", "-"];
  const [version, stranger] = address.includes(":")
    ? [["-6"], lab.cloud.ipv6!.strangerClient]
    : [[], lab.cloud.strangerClient];
  const from = ["-S", stranger, "-e", interfaceOf(lab.cloud.gateway)];
  const { stdout } = await promisify(execFile)("nmap", [...version, ...options, ...from, address]);
  return [...stdout.matchAll(/(\d+)\/open\/tcp/g)].map(([, port]) => Number(port));
}

describe("the ports of a relay", () => {
  let lab: Lab;
  let address: string;
  let ipv6Address: string;
  let config: ConfigChanges;

  beforeAll(async () => {
    lab = await testLab("ports");
    const { gateway, ipv6 } = lab.cloud;
    config = {
      listeners: { submissions: true, alternate: true },
      myNetworks: [`${lab.cloud.trustedClient}/32`, ...(ipv6 ? [`${ipv6.trustedClient}/128`] : [])],
      limits: { ban: { failures } },
      inetProtocols: "all",
      droplet: { ipv6: hasIpv6, sshSources: [`${gateway}/32`, ...(ipv6 ? [`${ipv6.gateway}/128`] : [])] },
    };
    lab.configure(config);
    await lab.up();
    ({ address, ipv6Address } = await lab.outputs());
  });

  afterAll(() => lab.close());

  test("the world reaches the promised ones and no other, of all 65535", async () => {
    // A scan that comes to two of them within a second may be answered by one: the ban limits new connections.
    await eventually(async () => expect(await openPorts(lab, address)).toEqual([25, 465, 587, 2525]), 3);
  });

  describeWithIpv6("by IPv6", () => {
    test("the world reaches the same ones and no other, and who may use SSH reaches that", async () => {
      await eventually(async () => expect(await openPorts(lab, ipv6Address)).toEqual([25, 465, 587, 2525]), 3);
      expect(await connects(22, lab.cloud.ipv6!.gateway, ipv6Address)).toBe(true);
    });

    mailByIpv6(() => lab);
    nextHopsOfBothVersions(() => lab);
  });

  test("nobody is banned for logins that the relay could not check", async () => {
    const users = [{ login: "alice", password: "correct horse" }];
    lab.configure({ ...config, users, sasl: { passwordCheck: "saslauthd" } });
    await lab.up();
    const verdict = async () => {
      // A new address may open one connection a second.
      await sleep(1500);
      const [session, { code }] = await loggedIn(await lab.outputs(), lab.cloud.strangerClient, "alice");
      session.close();
      return code;
    };
    const verdicts: number[] = [];
    await onHost(lab, "systemctl stop mail-relay-saslauthd");
    for (let attempt = 0; attempt < 2 * failures; attempt++) verdicts.push(await verdict());
    await onHost(lab, "systemctl start mail-relay-saslauthd");
    expect(new Set(verdicts)).toEqual(new Set([454]));
    expect(await verdict()).toBe(235);
    lab.configure(config);
    await lab.up();
  });

  floods(() => ({ lab, config }), failures);

  test("those that have been given up are closed", async () => {
    lab.configure({ listeners: { smtp: false }, droplet: { ipv6: hasIpv6 } });
    await lab.up();
    await eventually(async () => expect(await openPorts(lab, address)).toEqual([587]), 3);
  });

  describeWithIpv6("without inetProtocols", () => {
    test("mail for a server that has only IPv6 comes back, and says why", async () => {
      const { logins } = await lab.outputs();
      const message = { from: "alice@example.test", to: `bob@${ONLY6}`, subject: "to six again", text: "hello" };
      const client = { host: address, port: 587, localAddress: lab.cloud.trustedClient, tls: "starttls" } as const;
      await send({ ...client, ...message, login: "alice", password: logins.alice });
      const { raw } = await lab.sink.waitForMessage(
        ({ to, raw }) => to.includes("alice@example.test") && raw.includes("to six again"),
        60_000,
      );
      expect(raw).toMatch(/mx\.six\.test\s+type=A: Host\s+found but no data record/);
    });

    test("no port is open by IPv6, and nothing of mail listens there", async () => {
      expect(await openPorts(lab, ipv6Address)).toEqual([]);
      expect(await onHost(lab, "ss -Hltn6 | grep -v ':22 ' || true")).toBe("");
      expect(await onHost(lab, "ss -Hltn4 '( sport = :587 )' | wc -l")).toBe("1\n");
    });
  });
});
