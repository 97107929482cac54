import { utils } from "ssh2";
import type { Lab } from "../../sandbox/lab";
import { startSink, type Sink } from "../../sandbox/mail/sink";
import { underLoad } from "./load";
import { connects } from "./reach";
import { changes, eventually, failureOf, onHost, patience, registerKey, testLab } from "./support";

jest.setTimeout(patience);

const key = utils.generateKeyPairSync("ed25519");
/** Takes effect in the trial of a configuration: Postfix refuses to run with it. */
const broken = { smtpd_soft_error_limit: "many" };

describe("a droplet that is replaced while clients send all the time", () => {
  let lab: Lab;
  let hop: Sink;
  /** A next hop that takes nothing keeps the old droplet's queue full, and so the old droplet there to be looked at. */
  let isDown = false;
  let login: { login: string; password: string };
  /** Where clients send: what the relay's name would lead to. */
  let address: string;
  const acknowledged: string[] = [];
  let droplet: NonNullable<Parameters<Lab["configure"]>[0]["droplet"]> = { image: "ubuntu-24-04-x64" };

  const configure = (changed: typeof droplet, postfixParameters = {}) =>
    lab.configure({
      relayHost: { host: "mx.receiver.test", port: 2525 },
      // The load is more than a login may send by default.
      limits: { recipientsPerHour: 0 },
      postfixParameters,
      droplet: { ...droplet, ...changed },
    });

  beforeAll(async () => {
    lab = await testLab("handover");
    hop = await startSink({
      address: lab.cloud.gateway,
      port: 2525,
      refuse: ({ at }) => (isDown && at === "rcpt" ? { code: 451, text: "down for a while" } : undefined),
    });
    configure({});
    await lab.up();
    const outputs = await lab.outputs();
    login = { login: "alice", password: outputs.logins.alice! };
    address = outputs.address;
  });

  afterAll(async () => {
    await hop?.close();
    await lab?.close();
  });

  /** Runs what is given under load; what was acknowledged in it counts as such for ever. Resolves with the failures. */
  async function whileSending(action: () => Promise<unknown>): Promise<string[]> {
    const load = { ...login, connecting: 2, persistent: 1, address: () => address };
    const { accepted, failures } = await underLoad(lab, load, action);
    acknowledged.push(...accepted);
    return failures;
  }

  async function expectAllArrivedOnce(): Promise<void> {
    await eventually(async () => {
      // What the next hop refused before would wait for minutes; so would what met the cloud's name server as it began anew.
      await onHost(lab, "postqueue -f");
      const arrived = new Map<string | undefined, number>();
      for (const { raw } of await hop.messages()) {
        const subject = /^Subject: (.*?)\r?$/m.exec(raw)?.[1];
        arrived.set(subject, (arrived.get(subject) ?? 0) + 1);
      }
      // One that was taken as the session broke off was never acknowledged, and may arrive too.
      expect(acknowledged.filter((subject) => arrived.get(subject) !== 1)).toEqual([]);
    });
  }

  /** With patience enough for a machine under load. */
  const isOpen = (host: string) => connects(587, lab.cloud.strangerClient, host, 5_000);

  /** When clients' logins were taken for a message, by the droplet's own journal, in seconds. */
  async function served(id: number): Promise<number[]> {
    const client = `client=[^ ]*\\[${lab.cloud.strangerClient.replaceAll(".", "\\.")}\\].*sasl_username=`;
    const lines = await onHost(lab, `journalctl -q -o short-unix -t postfix/submission/smtpd | grep '${client}'`, id);
    return lines.trim().split("\n").map(parseFloat);
  }

  const proved = async (id: number) =>
    (JSON.parse(await onHost(lab, "cat /var/lib/mail-relay/proof.json", id)) as { time: number }).time;

  const replacements: [string, () => Promise<typeof droplet>][] = [
    ["image", () => Promise.resolve({ image: "debian-12-x64" })],
    ["region", () => Promise.resolve({ region: "ams3" })],
    ["SSH key", async () => ({ sshKey: { fingerprint: await registerKey(lab, key.public), privateKey: key.private } })],
  ];

  test.each(replacements)("for another %s: it serves until its successor has proved itself", async (_what, change) => {
    droplet = { ...droplet, ...(await change()) };
    configure({});
    const [old] = await lab.cloud.droplets();
    const looked = { served: [] as number[], proved: 0, successor: 0 };
    const look = async () => {
      const successor = (await lab.cloud.droplets()).find(({ id }) => id !== old!.id)!;
      looked.successor = successor.id;
      looked.served = await served(old!.id);
      looked.proved = await proved(successor.id);
      isDown = false;
    };
    let looking: Promise<void> | undefined;
    const onLine = (line: string) => {
      // The successor's ports are open: its name would be changed now.
      if (/\brelay-listeners-firewall\b/.test(line) && looking === undefined) {
        void lab.cloud.droplets().then((all) => (address = all.find(({ id }) => id !== old!.id)?.address ?? address));
      }
      if (line.includes("messages left")) looking ??= look();
    };
    isDown = true;
    await whileSending(async () => {
      const order = changes(await lab.up({ onLine }));
      await looking;
      const made = order.indexOf("create-replacement relay-droplet");
      const deletions = order.slice(order.findIndex((change) => change.startsWith("delete-replaced")));
      expect(made).toBeGreaterThanOrEqual(0);
      expect(order.indexOf("update relay-proof")).toBeGreaterThan(made);
      expect(order.indexOf("update relay-proof")).toBeLessThan(order.indexOf(deletions[0]!));
      expect(deletions.filter((change) => change.startsWith("delete-replaced"))).toEqual([
        "delete-replaced relay-listeners-firewall",
        "delete-replaced relay-drain",
        "delete-replaced relay-firewall",
        "delete-replaced relay-droplet",
      ]);
    });
    // The proof notes whole seconds.
    expect(looked.served.at(-1)).toBeGreaterThanOrEqual(looked.proved);
    expect((await served(looked.successor))[0]).toBeGreaterThanOrEqual(looked.proved);
    await eventually(async () => expect(await lab.cloud.droplets()).toHaveLength(1));
    await expectAllArrivedOnce();
    expect(changes(await lab.up())).toEqual([]);
  });

  test("serves on, its ports open, when its successor fails; the next good deploy replaces it", async () => {
    const [old] = await lab.cloud.droplets();
    configure({ image: "debian-11-x64" }, broken);
    const failures = await whileSending(async () => {
      const error = await failureOf(lab.up());
      expect(error.message).toContain("the new configuration failed its trial");
      expect(changes(error.result)).toContain("create-replacement relay-droplet");
      expect(changes(error.result).filter((change) => change.startsWith("delete"))).toEqual([]);
    });
    expect(failures).toEqual([]);
    expect(await isOpen(old!.address)).toBe(true);
    configure({});
    await lab.up();
    await eventually(async () => expect(await lab.cloud.droplets()).toHaveLength(1));
    await expectAllArrivedOnce();
  });
});
