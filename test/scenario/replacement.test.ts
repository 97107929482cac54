import { utils } from "ssh2";
import type { Lab } from "../../sandbox/lab";
import { startSink, type Sink } from "../../sandbox/mail/sink";
import { hasIpv6 } from "./ipv6";
import { connects } from "./reach";
import {
  callApi,
  changes,
  eventually,
  failureOf,
  patience,
  registerKey,
  remoteCommands,
  submit,
  testLab,
} from "./support";

jest.setTimeout(patience);

const images = { first: "ubuntu-24-04-x64", second: "debian-12-x64" };
/** The disk grows with the size and never shrinks, and IPv6 stays too, so what is larger stays so. */
const larger = { image: images.second, size: "s-1vcpu-2gb", ipv6: hasIpv6 };
/** Takes effect in the trial of a configuration: Postfix refuses to run with it. */
const broken = { smtpd_soft_error_limit: "many" };

describe("a droplet that is replaced", () => {
  let lab: Lab;
  /** The relay's next hop, which can be down. */
  let hop: Sink;
  let isDown = false;
  let password: string;
  /** What clients have, and what the droplet is shown in, whichever it is. */
  let reserved: string;
  let project: string;
  const acknowledged: string[] = [];

  const configure = (changed: Parameters<Lab["configure"]>[0] = {}) =>
    lab.configure({
      relayHost: { host: "mx.receiver.test", port: 2525 },
      ...changed,
      droplet: { reservedIp: true, project, ...changed.droplet },
    });

  beforeAll(async () => {
    lab = await testLab("replacement");
    hop = await startSink({
      address: lab.cloud.gateway,
      port: 2525,
      refuse: ({ at }) => (isDown && at === "rcpt" ? { code: 451, text: "down for a while" } : undefined),
    });
    const created = await callApi(lab, "POST", "projects", { name: "mail", purpose: "Other" });
    project = (created as { project: { id: string } }).project.id;
    configure({ droplet: { image: images.first } });
    await lab.up();
    const outputs = await lab.outputs();
    [password, reserved] = [outputs.logins.alice!, outputs.address];
  });

  afterAll(async () => {
    await hop?.close();
    await lab?.close();
  });

  /** Sends to one droplet and remembers that it was acknowledged. */
  async function sendTo(host: string, subject: string): Promise<void> {
    await submit(lab, "alice", password, subject, { address: host });
    acknowledged.push(subject);
  }

  /** Every acknowledged message has arrived, and once. */
  async function expectAllArrived(): Promise<void> {
    const subjects = (await hop.messages()).map(({ raw }) => /^Subject: (.*?)\r?$/m.exec(raw)?.[1]);
    expect(subjects.sort()).toEqual([...acknowledged].sort());
  }

  const addresses = async () => (await lab.cloud.droplets()).map(({ address }) => address);
  /** The address of the droplet that the reserved one leads to, and of those the project shows. */
  const behindReserved = async () => {
    const answer = (await callApi(lab, "GET", `reserved_ips/${reserved}`)) as {
      reserved_ip: { droplet: { id: number } };
    };
    return addressOf(answer.reserved_ip.droplet.id);
  };
  const inProject = async () => {
    const { resources } = (await callApi(lab, "GET", `projects/${project}/resources`)) as {
      resources: { urn: string }[];
    };
    return Promise.all(resources.map(({ urn }) => addressOf(Number(urn.replace("do:droplet:", "")))));
  };
  const addressOf = async (id: number) => (await lab.cloud.droplets()).find((each) => each.id === id)?.address;
  /** Firewalls take effect a moment after the API has answered. */
  const sendToSuccessorOf = async (old: string, subject: string) => {
    const successor = (await addresses()).find((other) => other !== old)!;
    await eventually(() => sendTo(successor, subject));
  };
  /** A deleted droplet is switched off a moment after the API has forgotten it. */
  const expectOnlySuccessorOf = async (old: string) => {
    await eventually(async () => expect(await addresses()).toHaveLength(1));
    const [successor] = await addresses();
    expect(successor).not.toBe(old);
    expect((await lab.outputs()).address).toBe(reserved);
    expect([await behindReserved(), await inProject()]).toEqual([successor, [successor]]);
  };

  /** Whether a stranger gets a connection; a firewall drops in silence, so no answer for some seconds is a no. */
  /** With patience enough for a machine under load. */
  const isOpen = (host: string, port: number) => connects(port, lab.cloud.strangerClient, host, 5_000);

  /** A listener for a run's lines that starts each piece of work at the first line with its words; `done` waits for all. */
  function at(work: Record<string, () => Promise<void>>) {
    const begun = new Map<string, Promise<void>>();
    return {
      onLine: (line: string) => {
        const words = Object.keys(work).find((each) => line.includes(each) && !begun.has(each));
        if (words === undefined) return;
        const task = work[words]!();
        // A failure is for `done` to tell, later.
        task.catch(() => undefined);
        begun.set(words, task);
      },
      done: async () => {
        expect([...begun.keys()].sort()).toEqual(Object.keys(work).sort());
        await Promise.all(begun.values());
      },
    };
  }

  test("delivers what was sent to it before and during that, and goes last; its successor serves by then", async () => {
    const [old] = (await addresses()) as [string];
    expect([await behindReserved(), await inProject()]).toEqual([old, [old]]);
    isDown = true;
    await sendTo(reserved, "before the replacement");
    const events = at({
      "trying the new configuration out": async () => {
        expect(await behindReserved()).toBe(old);
        await sendTo(reserved, "while the new one installs");
      },
      "messages left": async () => {
        expect(await hop.messages()).toEqual([]);
        isDown = false;
        expect(await isOpen(old, 587)).toBe(false);
        expect(await behindReserved()).not.toBe(old);
        await eventually(() => sendTo(reserved, "to the successor"));
      },
    });
    configure({ droplet: { image: images.second } });
    const result = await lab.up({ onLine: events.onLine });
    await events.done();
    const order = changes(result);
    expect(order.filter((change) => change.startsWith("delete"))).toEqual([
      "delete-replaced relay-listeners-firewall",
      "delete-replaced relay-drain",
      "delete-replaced relay-firewall",
      "delete-replaced relay-droplet",
    ]);
    expect(order.indexOf("update relay-proof")).toBeGreaterThan(order.indexOf("create-replacement relay-droplet"));
    expect(order.indexOf("update relay-reserved-ip")).toBeGreaterThan(order.indexOf("update relay-proof"));
    expect(order.indexOf("update relay-reserved-ip")).toBeLessThan(
      order.indexOf("delete-replaced relay-listeners-firewall"),
    );
    await expectOnlySuccessorOf(old);
    await eventually(expectAllArrived);
    expect(changes(await lab.up())).toEqual([]);
  });

  const key = utils.generateKeyPairSync("ed25519");
  const plans: [string, Parameters<Lab["configure"]>[0], string][] = [
    ["region", { droplet: { region: "ams3" } }, "replace"],
    ["image", { droplet: { image: "debian-11-x64" } }, "replace"],
    ["size", { droplet: { size: "s-1vcpu-2gb" } }, "update"],
    ["ipv6", { droplet: { ipv6: true } }, "update"],
    ["tags", { droplet: { tags: ["mail"] } }, "update"],
    ["sshSources", { droplet: { sshSources: ["192.0.2.0/24"] } }, "same"],
    ["drainSeconds", { droplet: { drainSeconds: 5 } }, "same"],
    ["sshKey", { droplet: { sshKey: { fingerprint: "00:11", privateKey: key.private } } }, "replace"],
    ["users", { users: [{ login: "alice" }] }, "same"],
    ["listeners", { listeners: { smtp: false } }, "same"],
    ["myHostname", { myHostname: "other.example.test" }, "update"],
  ];

  test.each(plans)("another %s: the droplet's plan", async (_what, changed, kind) => {
    configure({ ...changed, droplet: { image: images.second, ...changed.droplet } });
    const { operations } = await lab.preview();
    const plan = operations.filter(({ name }) => name === "relay-droplet").map((operation) => operation.kind);
    const replacement = ["create-replacement", "replace", "delete-replaced"];
    expect(plan).toEqual(kind === "replace" ? replacement : [kind]);
  });

  test("another size turns it off and on, IPv6 does not; Postfix comes back by itself", async () => {
    const { address, ipv6Address } = await lab.outputs();
    expect(ipv6Address).toBe("");
    // The provider makes one of them in a run; what a deploy says of the other has a unit test.
    for (const droplet of [{ ...larger, ipv6: false }, larger]) {
      configure({ droplet });
      const changed = changes(await lab.up());
      // Where the sandbox has no IPv6, the second is the first again.
      expect(changed).toEqual(droplet === larger && !hasIpv6 ? [] : ["update relay-droplet"]);
    }
    expect((await lab.outputs()).ipv6Address).toBe((await lab.cloud.droplets())[0]!.address6 ?? "");
    expect((await lab.outputs()).ipv6Address !== "").toBe(hasIpv6);
    await eventually(() => sendTo(address, "after the power cycle"));
    await eventually(expectAllArrived);
  });

  test("a failing apply that would remove a listener leaves its port open; a good one closes it", async () => {
    const { address } = await lab.outputs();
    configure({ droplet: larger, listeners: { smtp: false }, postfixParameters: broken });
    const error = await failureOf(lab.up());
    expect(error.message).toContain("the new configuration failed its trial");
    expect(await isOpen(address, 25)).toBe(true);
    configure({ droplet: larger, listeners: { smtp: false } });
    expect(changes(await lab.up())).toContain("update relay-listeners-firewall");
    expect(await isOpen(address, 25)).toBe(false);
  });

  test("for another SSH key, stays when its queue does not empty in time, and the next up ends it", async () => {
    const [old] = (await addresses()) as [string];
    const sshKey = { fingerprint: await registerKey(lab, key.public), privateKey: key.private };
    const short = { ...larger, drainSeconds: 5 };
    configure({ droplet: short });
    await lab.up();
    isDown = true;
    await sendTo(old, "left behind");
    configure({ droplet: { ...short, sshKey } });
    const error = await failureOf(lab.up());
    expect(error.message).toContain(`1 messages are still in the queue of relay.example.test (${old})`);
    expect(error.message).toContain("451 down for a while");
    expect(changes(error.result)).toContain("update relay-proof");
    expect(changes(error.result)).not.toContain("delete-replaced relay-firewall");
    expect(await addresses()).toHaveLength(2);
    isDown = false;
    await sendToSuccessorOf(old, "to the successor meanwhile");
    const result = await lab.up();
    expect(changes(result)).toEqual([
      "delete-replaced relay-drain",
      "delete-replaced relay-firewall",
      "delete-replaced relay-droplet",
      "delete relay-ssh-key",
      "delete relay-deploy-key",
    ]);
    await expectOnlySuccessorOf(old);
    await eventually(expectAllArrived);
  });

  test("serves on when the deploy fails on its successor, and its queue is delivered when all is destroyed", async () => {
    const [old] = await addresses();
    configure({ droplet: larger, postfixParameters: broken });
    const error = await failureOf(lab.up());
    expect(changes(error.result)).toContain("create-replacement relay-droplet");
    expect(remoteCommands(error.result).map(({ name }) => name)).not.toContain("relay-proof");
    expect(await behindReserved()).toBe(old);
    isDown = true;
    await sendTo(reserved, "to the one that serves on");
    const events = at({
      "messages left": () => {
        isDown = false;
        return Promise.resolve();
      },
    });
    await lab.destroy({ onLine: events.onLine });
    await events.done();
    await expectAllArrived();
    await eventually(async () => expect(await addresses()).toEqual([]));
  });
});
