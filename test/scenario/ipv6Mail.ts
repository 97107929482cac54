import { run } from "../../sandbox/cloud/run";
import type { Cloud, DnsRecord } from "../../sandbox/cloud/types";
import type { Lab } from "../../sandbox/lab";
import { sinkRecords } from "../../sandbox/labConfig";
import { logIn, send } from "../../sandbox/mail/client";
import { startSink } from "../../sandbox/mail/sink";
import { connects } from "./reach";
import { eventually, onHost } from "./support";

/** The mail server of the one domain has only an IPv6 address, that of the other also one of IPv4. */
export const [ONLY6, BOTH] = ["six.test", "both.test"];

/** These domains, beside those that a lab always knows. */
export function recordsByIpv6({ gateway, ipv6 }: Cloud): DnsRecord[] {
  return [
    ...sinkRecords(gateway),
    ...[ONLY6, BOTH].map((name) => ({ name, type: "MX" as const, value: `mx.${name}` })),
    { name: `mx.${ONLY6}`, type: "AAAA", value: ipv6!.gateway },
    { name: `mx.${BOTH}`, type: "AAAA", value: "fd6d:7273:ffff::1" },
    { name: `mx.${BOTH}`, type: "A", value: gateway },
  ];
}

/** Mail by IPv6 to and from a relay that speaks both; the stranger is shut out in the end. */
export function mailByIpv6(look: () => Lab): void {
  /** One message from an address of this machine, by a login or without one. */
  async function post(from: string, port: number, subject: string, more: { login?: string; to?: string } = {}) {
    const { ipv6Address, logins } = await look().outputs();
    const { login, to = "bob@receiver.test" } = more;
    return send({
      host: ipv6Address,
      port,
      localAddress: from,
      login,
      password: login && logins[login],
      from: "alice@example.test",
      to,
      subject,
      text: "hello",
      tls: port === 465 ? "implicit" : "starttls",
    });
  }

  const arrived = async (subject: string) =>
    (await look().sink.waitForMessage(({ raw }) => raw.includes(`Subject: ${subject}`), 60_000)).raw;

  test("a login sends on every port that takes one, and its address is kept to the relay", async () => {
    const { strangerClient } = look().cloud.ipv6!;
    for (const port of [465, 587, 2525]) {
      await post(strangerClient, port, `by six on ${port}`, { login: "alice" });
      expect(await arrived(`by six on ${port}`)).not.toContain(strangerClient);
    }
    const log = await onHost(
      look(),
      `journalctl -q -o cat | grep -c 'client=.*${strangerClient}.*sasl_username=alice'`,
    );
    expect(log).toBe("3\n");
  });

  test("a range of myNetworks relays without a login, and a stranger does not", async () => {
    const { trustedClient, strangerClient } = look().cloud.ipv6!;
    await post(trustedClient, 25, "trusted by six");
    expect(await arrived("trusted by six")).toContain(`IPv6:${trustedClient}`);
    await expect(post(strangerClient, 25, "never")).rejects.toThrow(/554 5\.7\.1 .*Relay access denied/);
    await expect(post(trustedClient, 587, "never")).rejects.toThrow(/554 5\.7\.1/);
  });

  test("mail for a server that has only IPv6 is handed to it that way", async () => {
    const { cloud } = look();
    await cloud.setDns(recordsByIpv6(cloud));
    const sink = await startSink({ address: cloud.ipv6!.gateway, port: 25 });
    try {
      await post(cloud.ipv6!.trustedClient, 25, "to six", { to: `bob@${ONLY6}` });
      const { clientAddress } = await sink.waitForMessage(({ raw }) => raw.includes("Subject: to six"), 60_000);
      expect(clientAddress).toBe((await look().outputs()).ipv6Address);
    } finally {
      await sink.close();
    }
  });

  test("a server with both is asked by IPv4, on which the cloud lets mail out", async () => {
    const { cloud } = look();
    for (const subject of ["both one", "both two", "both three", "both four"]) {
      await post(cloud.ipv6!.trustedClient, 25, subject, { to: `bob@${BOTH}` });
      await arrived(subject);
    }
    const log = await onHost(look(), "journalctl -q -o cat | grep 'to=<bob@both.test>' | grep -o 'relay=[^ ]*'");
    expect(new Set(log.trim().split("\n"))).toEqual(new Set([`relay=mx.both.test[${cloud.gateway}]:25,`]));
    expect(await onHost(look(), "journalctl -q -o cat | grep -c 'connect to mx.both.test.*fd6d' || true")).toBe("0\n");
  });

  test("the deploy has proved the same by IPv6, from outside", async () => {
    const { proof } = (await look().outputs()) as unknown as { proof: { passed: string[]; skipped: object } };
    expect(proof.skipped).toEqual({});
    expect(proof.passed).toEqual(
      expect.arrayContaining([
        "alice logs in with PLAIN on 465 by IPv6",
        "a stranger may not relay on 25 by IPv6",
        "XCLIENT and XFORWARD are refused on 2525 by IPv6",
        "2001:db8:9::9 may not relay",
      ]),
    );
  });

  test("who guesses passwords is shut out with the whole network, and nobody else is", async () => {
    const { strangerClient, trustedClient, gateway } = look().cloud.ipv6!;
    const { ipv6Address } = await look().outputs();
    const neighbour = strangerClient.replace(/9$/, "77");
    const bridge = (await run(["ip", "-6", "-o", "route", "get", ipv6Address])).match(/dev (\S+)/)![1]!;
    await run(["ip", "address", "add", `${neighbour}/128`, "dev", bridge, "nodad"]);
    const guess = { host: ipv6Address, port: 587, login: "alice", password: "wrong", tls: "starttls" } as const;
    for (let tries = 0; tries < 3; tries++) {
      // A network that nobody knows may open a connection a second.
      expect(await connects(587, neighbour, ipv6Address, 5000)).toBe(true);
      await expect(logIn({ ...guess, localAddress: strangerClient })).rejects.toThrow(/535/);
    }
    await eventually(async () => expect(await connects(587, strangerClient, ipv6Address)).toBe(false));
    expect(await connects(587, neighbour, ipv6Address)).toBe(false);
    expect(await connects(587, trustedClient, ipv6Address)).toBe(true);
    expect(await connects(22, gateway, ipv6Address)).toBe(true);
    await onHost(look(), `fail2ban-client -s /run/mail-relay-ban/socket unban ${strangerClient}`);
    await eventually(async () => expect(await connects(587, neighbour, ipv6Address)).toBe(true));
  });
}
