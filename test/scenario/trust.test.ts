import { dkimVerify } from "mailauth/lib/dkim/verify";
import { sinkRecords } from "../../sandbox/labConfig";
import type { Lab } from "../../sandbox/lab";
import { send } from "../../sandbox/mail/client";
import { answers, headerForms } from "./headerFrom";
import { signerMemory } from "./signerMemory";
import {
  callApi,
  changes,
  eventually,
  failureOf,
  onHost,
  patience,
  remoteCommands,
  submit,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

interface DnsRecord {
  name: string;
  type: string;
  value: string;
  ttl: number;
  why: string;
}

/** The second does not answer this resolver, and the third's name is one that the resolver makes up an address for. */
const blockLists = ["bl.receiver.test", "shy.receiver.test", "gone.receiver.test"];
const droplet = { reservedIp: true, backups: true };

describe("a relay that signs its mail and manages its records", () => {
  let lab: Lab;
  let password: string;

  const api = async (path: string, body?: object) =>
    (await callApi(lab, body ? "POST" : "GET", path, body)) as Record<string, unknown>;

  const ownAddress = async () => (await lab.cloud.droplets())[0]!.address;

  const records = async () => (await lab.outputs()).dnsRecords as DnsRecord[];

  /** What a receiver finds, as `result selector domain`, with the keys the output tells to publish. */
  async function verdicts(subject: string): Promise<string[]> {
    const { raw } = await lab.sink.waitForMessage((message) => message.raw.includes(`Subject: ${subject}`), 60_000);
    const published = await records();
    const resolver = (name: string, type: string) => {
      const found = published.filter((record) => record.name === name && record.type === type);
      if (found.length > 0) return Promise.resolve(found.map(({ value }) => [value]));
      return Promise.reject(Object.assign(new Error(`${name} does not exist`), { code: "ENOTFOUND" }));
    };
    const { results } = await dkimVerify(raw, { resolver });
    return results.map(({ status, selector, signingDomain }) =>
      selector === undefined ? status.result : `${status.result} ${selector} ${signingDomain}`,
    );
  }

  beforeAll(async () => {
    lab = await testLab("trust");
    await api("domains", { name: "example.test" });
    lab.configure({ dkim: {}, manageDns: true, blockLists, droplet });
    await lab.up();
    password = (await lab.outputs()).logins.alice!;
  });

  afterAll(() => lab.close());

  test("clients have the reserved address, which is not the one mail leaves from", async () => {
    const { address } = await lab.outputs();
    const { reserved_ips: reserved } = (await api("reserved_ips")) as { reserved_ips: { ip: string }[] };
    expect(reserved.map(({ ip }) => ip)).toEqual([address]);
    expect(address).not.toBe(await ownAddress());
    const { droplets } = (await api("droplets")) as { droplets: { features: string[] }[] };
    expect(droplets[0]!.features).toContain("backups");
  });

  test("a receiver verifies what a login has sent, with the record of the output", async () => {
    await submit(lab, "alice", password, "signed");
    expect(await verdicts("signed")).toEqual(["pass relay1 example.test"]);
  });

  test("a login's mail names only its own addresses, also as the null sender, and no other is ever signed", async () => {
    const outputs = await lab.outputs();
    const senders = ["alice@example.test", ""];
    for (const sender of senders) {
      const answered = await answers(outputs, lab.cloud.strangerClient, sender, `from <${sender}>`);
      expect(answered).toEqual(headerForms(sender));
    }
    expect(await verdicts("from <alice@example.test> 1")).toEqual(["pass relay1 example.test"]);
    await submit(lab, "alice", password, "after the others");
    await untilDelivered(lab, "after the others");
    const arrived = (await lab.sink.messages()).filter(({ raw }) => raw.includes("Subject: from <"));
    expect(arrived).toHaveLength(senders.flatMap(headerForms).filter(([code]) => code === 250).length);
  });

  test("without its check of headers the relay puts a login's mail off, and other clients send", async () => {
    await onHost(lab, "systemctl stop mail-relay-header-from.socket mail-relay-header-from.service");
    await expect(submit(lab, "alice", password, "unchecked")).rejects.toThrow(/\b4\d\d\b/);
    await onHost(lab, "printf 'From: ops@example.test\nSubject: no login\n\nhello\n' | sendmail bob@receiver.test");
    await untilDelivered(lab, "no login");
    await onHost(lab, "systemctl start mail-relay-header-from.service");
    await submit(lab, "alice", password, "checked again");
  });

  test("the relay's own programs are signed for, but nobody in another's name", async () => {
    const post = (envelope: string, header: string, subject: string) =>
      onHost(
        lab,
        `printf 'From: %s\\nSubject: ${subject}\\n\\nhello\\n' ${header} | sendmail -f ${envelope} bob@receiver.test`,
      );
    await post("ops@example.test", "ops@example.test", "own program");
    await post("ops@other.test", "ceo@example.test", "other envelope");
    await post("ops@other.test", "ops@other.test", "other domain");
    expect(await verdicts("own program")).toEqual(["pass relay1 example.test"]);
    expect(await verdicts("other envelope")).toEqual(["none"]);
    expect(await verdicts("other domain")).toEqual(["none"]);
  });

  test("nobody has a doubt about the address, and security updates come by themselves", async () => {
    expect((await lab.outputs()).proof).toMatchObject({ warnings: [] });
    expect(await onHost(lab, "systemctl is-enabled apt-daily-upgrade.timer")).toBe("enabled\n");
    const origins = await onHost(lab, "unattended-upgrade --dry-run --debug 2>&1 | grep -i 'allowed origins'");
    expect(origins).toMatch(/security/i);
    expect(await onHost(lab, "apt-config shell on APT::Periodic::Unattended-Upgrade")).toBe("on='1'\n");
  });

  test("the signer is small, alone, and the only one who reads the key", async () => {
    const kilobytes = await onHost(
      lab,
      "cat /proc/*/smaps_rollup 2>/dev/null >/dev/null; for pid in $(pgrep -u _rspamd); do grep ^Pss: /proc/$pid/smaps_rollup; done",
    );
    const total = kilobytes.match(/\d+/g)!.reduce((sum, number) => sum + Number(number), 0);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(100_000);
    expect(
      await onHost(
        lab,
        "systemctl is-active rspamd.service || true; journalctl -q -u rspamd.service; dpkg -l redis-server 2>/dev/null | grep ^ii || true",
      ),
    ).toBe("inactive\n");
    expect(await onHost(lab, "stat -c '%a %U' /etc/mail-relay-signer/*.key")).toBe("400 _rspamd\n");
    expect(await onHost(lab, "journalctl -q -o cat | grep -c 'PRIVATE KEY' || true")).toBe("0\n");
  });

  test("a large message is signed in the memory that the signer may have, and takes none of it for good", async () => {
    const text = "ten words of a text that goes on and on\n".repeat(500_000);
    await submit(lab, "alice", password, "large", { text });
    expect(await verdicts("large")).toEqual(["pass relay1 example.test"]);
    const kilobytes = (field: string, file: string) =>
      onHost(lab, `for pid in $(pgrep -u _rspamd); do grep ^${field}: /proc/$pid/${file}; done`).then((lines) =>
        lines.match(/\d+/g)!.map(Number),
      );
    expect(Math.max(...(await kilobytes("VmHWM", "status")))).toBeLessThan(150_000);
    expect((await kilobytes("Pss", "smaps_rollup")).reduce((sum, number) => sum + number, 0)).toBeLessThan(70_000);
  });

  test("without its signer the relay puts mail off, and takes it again afterwards", async () => {
    await onHost(lab, "systemctl stop mail-relay-signer.socket mail-relay-signer.service");
    await expect(submit(lab, "alice", password, "too early")).rejects.toThrow(/\b4\d\d\b/);
    // On port 25 strangers, who may write to the relay's own accounts alone, do not need it; who is trusted does.
    const { address: host, hostname } = await lab.outputs();
    const toPostmaster = (localAddress: string) =>
      send({
        host,
        port: 25,
        localAddress,
        from: "carol@receiver.test",
        to: `postmaster@${hostname}`,
        subject: "to the postmaster",
        text: "hello",
        tls: "none",
      });
    expect((await toPostmaster(lab.cloud.strangerClient)).response).toMatch(/^250 /);
    await expect(toPostmaster(lab.cloud.trustedClient)).rejects.toThrow(/\b4\d\d\b/);
    await onHost(lab, "systemctl start mail-relay-signer.service");
    await submit(lab, "alice", password, "after the pause");
    expect(await verdicts("after the pause")).toEqual(["pass relay1 example.test"]);
  });

  signerMemory(() => ({ lab, password }));

  test("the cloud's DNS has what the output says", async () => {
    const { domain_records: found } = (await api("domains/example.test/records?per_page=100")) as {
      domain_records: { type: string; name: string; data: string; priority: number | null; port: number | null }[];
    };
    const { address } = await lab.outputs();
    const key = (await records()).find(({ name }) => name === "relay1._domainkey.example.test")!.value;
    const lines = found.map(({ type, name, data, priority, port }) =>
      [name, type, priority, port, data].filter((part) => part !== null).join(" "),
    );
    expect(lines.sort()).toEqual(
      [
        `relay A ${address}`,
        `relay A ${await ownAddress()}`,
        "relay MX 10 relay.example.test",
        "relay TXT v=spf1 a -all",
        `relay1._domainkey TXT ${key}`,
        "_submission._tcp SRV 1 587 relay.example.test",
      ].sort(),
    );
    expect(key).toMatch(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{380,400}=*$/);
  });

  test("nothing to do is nothing done", async () => {
    expect(changes(await lab.up())).toEqual([]);
  });

  test("a new key takes over while mail flows, and the old one stays published", async () => {
    const address = await ownAddress();
    const reversed = address.split(".").reverse().join(".");
    const answers = ["127.0.0.2", "127.255.255.254", lab.cloud.gateway];
    await lab.cloud.setDns([
      ...sinkRecords(lab.cloud.gateway),
      { name: address, type: "PTR", value: "somebody.example.net" },
      ...blockLists.map((list, index) => ({ name: `${reversed}.${list}`, type: "A" as const, value: answers[index]! })),
    ]);
    const selectors = [{ selector: "relay2" }, { selector: "relay1" }];
    const users = ["alice", "printer", "late"].map((login) => ({ login }));
    lab.configure({ users, dkim: { selectors }, manageDns: true, blockLists, droplet });
    let over = false;
    let sent = 0;
    const sending = (async () => {
      for (; !over; sent++) await submit(lab, "alice", password, `meanwhile ${sent}.`);
    })();
    const done = await lab.up().finally(() => (over = true));
    await sending;
    expect(changes(done)).toEqual(expect.arrayContaining(["create relay-dkim-relay2", "create relay-dns-dkim-relay2"]));
    expect(await verdicts("meanwhile 0.")).toEqual(["pass relay1 example.test"]);
    await submit(lab, "alice", password, "with the new key");
    expect(await verdicts("with the new key")).toEqual(["pass relay2 example.test"]);
    // The cloud's name server begins anew with each record, and mail that asked it in that moment waits.
    await onHost(lab, "postqueue -f");
    for (let each = 0; each < sent; each++) {
      expect((await verdicts(`meanwhile ${each}.`))[0]).toMatch(/^pass relay[12] example.test$/);
    }
    const { warnings } = (await lab.outputs()).proof as { warnings: string[] };
    expect(warnings).toEqual([
      expect.stringContaining(`The reverse record of ${address} is somebody.example.net and not relay.example.test`),
      expect.stringContaining(`${address} is on the block list ${blockLists[0]}`),
    ]);
    expect(await onHost(lab, "ls /etc/mail-relay-signer")).toBe(
      "envelope.lua\nrelay1.key\nrelay2.key\nrspamd.conf\nsign_only.lua\nsuffixes\n",
    );
  });

  test("a configuration that would not sign does not go live", async () => {
    const folder = "/run/systemd/system/mail-relay-signer.service.d";
    const hidden = "[Service]\\nInaccessiblePaths=/etc/mail-relay-signer/relay2.key\\n";
    const restart = "systemctl daemon-reload; systemctl restart mail-relay-signer.service";
    await onHost(lab, `mkdir -p ${folder}; printf '${hidden}' >${folder}/hide.conf; ${restart}`);
    const live = await onHost(lab, "readlink /etc/postfix/generations/current");
    const selectors = [{ selector: "relay2" }, { selector: "relay1" }];
    lab.configure({
      dkim: { selectors },
      manageDns: true,
      blockLists,
      droplet,
      aliases: { root: "ops@receiver.test" },
    });
    const error = await failureOf(lab.up());
    expect(error.message).toContain(
      "a receiver would not accept the signature of the trial's message: it has no signature",
    );
    expect(await onHost(lab, "readlink /etc/postfix/generations/current")).toBe(live);
    await onHost(lab, `rm -r ${folder}; ${restart}`);
  });

  test("switched off it is gone", async () => {
    lab.configure({});
    expect(remoteCommands(await lab.up()).length).toBeGreaterThan(0);
    await submit(lab, "alice", password, "unsigned");
    expect(await verdicts("unsigned")).toEqual(["none"]);
    await eventually(async () => {
      expect(await onHost(lab, "systemctl is-active mail-relay-signer.service mail-relay-signer.socket || true")).toBe(
        "inactive\ninactive\n",
      );
    });
    expect(await onHost(lab, "ls -d /etc/mail-relay-signer/* 2>/dev/null || true; pgrep -u _rspamd || true")).toBe("");
    const { domain_records: left } = await api("domains/example.test/records");
    expect(left).toEqual([]);
  });
});
