import { setTimeout as sleep } from "node:timers/promises";
import type { Listing, QueuedMessage } from "../../cli/queueTable";
import type { Shape } from "../../cli/shapeTable";
import type { Lab } from "../../sandbox/lab";
import { TEST_PREFIX } from "../../sandbox/names";
import { keyPair } from "../keys";
import { describeChanges } from "./cliChanges";
import { describeHostile } from "./cliHostile";
import { ended, MailRelayCommand } from "./mailRelay";
import { idsOf, QueueLab } from "./queueLab";
import { eventually, onHost, patience } from "./support";

jest.setTimeout(patience);

describe("the command mail-relay and the queue", () => {
  let queue: QueueLab;
  let lab: Lab;
  let relay: MailRelayCommand;

  beforeAll(async () => {
    queue = await QueueLab.create();
    ({ lab, relay } = queue);
  });

  afterAll(() => queue?.close());

  const postqueue = (name?: string) => queue.postqueue(name);
  const queueJson = (...args: string[]) => relay.json<Listing>("queue", ...args);

  describe("looks", () => {
    beforeAll(() =>
      queue.fill(
        "-m 3 -f alice@example.test -t later@receiver.test",
        "-m 2 -f printer@example.test -t full@receiver.test -l 20000",
        "-m 1 -f alice@example.test -t drop@receiver.test",
        "-m 1 -f alice@example.test -t never@receiver.test",
        "-m 1 -f alice@example.test -t fine@receiver.test",
      ),
    );
    afterAll(() => queue.empty());

    test("lists what Postfix lists, whichever way it is led to the relay", async () => {
      const expected = await postqueue();
      expect(expected.length).toBeGreaterThanOrEqual(6);
      const listing = await queueJson();
      const withoutCount = listing.messages.map(({ recipient_count, ...message }) => {
        expect(recipient_count).toBe(message.recipients.length);
        return message;
      });
      const byId = (a: { queue_id: string }, b: { queue_id: string }) => (a.queue_id < b.queue_id ? -1 : 1);
      expect(withoutCount.sort(byId)).toEqual(expected.sort(byId));
      expect(listing.size).toBe(expected.reduce((sum, { message_size }) => sum + message_size, 0));
      const ofSandbox = await relay.json<Listing>("--sandbox", `${TEST_PREFIX}cli`, "queue");
      expect(ofSandbox.messages).toEqual(listing.messages);
    });

    test("filters as one would by hand", async () => {
      const all = await postqueue();
      const filters: [string[], (message: QueuedMessage) => boolean][] = [
        [["--sender", "printer@example.test"], ({ sender }) => sender === "printer@example.test"],
        [
          ["--recipient", "LATER@*"],
          ({ recipients }) => recipients.some(({ address }) => address.startsWith("later@")),
        ],
        [["--reason", "Mailbox Full"], ({ recipients }) => /mailbox full/.test(recipients[0]!.delay_reason ?? "")],
        [["--larger-than", "10k"], ({ message_size }) => message_size > 10_000],
        [["hold"], () => false],
        [["--older-than", "1h"], () => false],
      ];
      const found = await Promise.all(filters.map(([args]) => queueJson(...args)));
      found.forEach((listing, index) => expect(idsOf(listing.messages)).toEqual(idsOf(all.filter(filters[index]![1]))));
      expect(found.map(({ count }) => count)).toEqual([2, 3, 2, 2, 0, 0]);
    });

    test("limits what it shows, and says how much there is", async () => {
      const { stdout, stderr } = await relay.run("queue", "deferred", "--limit", "2", "--sender", "@example.test");
      expect(stdout.trim().split("\n")).toHaveLength(3);
      expect(stdout).toMatch(/^ID +QUEUE +AGE +SIZE +SENDER +RECIPIENT +REASON\n/);
      expect(stderr).toMatch(/^mail-relay: 6 messages, .*; these are the 2 oldest\n$/);
    });

    test("shows no address in full when asked, as text and as JSON", async () => {
      for (const args of [["queue"], ["queue", "--json"], ["logs", "--json"]]) {
        const { stdout } = await relay.run("--mask", ...args);
        expect(stdout).toContain("l…@receiver.test");
        expect(stdout).not.toMatch(/\blater@/);
      }
    });

    test.each([
      ["recipient", ""],
      ["sender", "-s"],
    ])("draws the shape of the queue by %s as qshape does", async (by, option) => {
      const shape = await relay.json<Shape>("queue", "deferred", "--shape", by);
      const qshape = (await onHost(lab, `qshape ${option} deferred`)).trim().split("\n").slice(1);
      const drawn = [{ domain: "TOTAL", counts: shape.total }, ...shape.domains].map(({ domain, counts }) =>
        [domain, counts.reduce((sum, one) => sum + one, 0), ...counts].join(" "),
      );
      expect(drawn.sort()).toEqual(qshape.map((line) => line.trim().split(/\s+/).join(" ")).sort());
    });

    test("shows one message, and its body only when asked", async () => {
      const message = (await postqueue("deferred")).find(({ recipients }) =>
        recipients[0]!.address.startsWith("later@"),
      );
      const id = message!.queue_id;
      const shown = await relay.run("queue", "show", id);
      expect(shown.stdout).toContain(`sender: ${message!.sender}`);
      expect(shown.stdout).toMatch(/^Message-Id: /m);
      expect(shown.stdout).not.toContain("La de da");
      expect((await relay.run("queue", "show", id, "--body")).stdout).toContain("La de da");
      const unknown = await relay.run("queue", "show", "4bXyzB1Cde");
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toMatch(/no message 4bXyzB1Cde is in the queue; `mail-relay trace 4bXyzB1Cde` tells/);
    });

    test("traces a message by its queue id and by its Message-ID", async () => {
      const line = await onHost(lab, "journalctl -q -o cat _COMM=smtp | grep 'to=<never@.*status=bounced'");
      const [id = ""] = line.split(":");
      const log = await onHost(lab, `journalctl -q -o cat SYSLOG_FACILITY=2 | grep '^${id}: '`);
      type Traced = { ids: string[]; events: { id: string; text: string }[]; recipients: { status: string }[] };
      const byId = await relay.json<Traced>("trace", id);
      expect(byId.events.filter((event) => event.id === id).map((event) => `${id}: ${event.text}`)).toEqual(
        log.trim().split("\n"),
      );
      expect(byId.recipients[0]).toMatchObject({ recipient: "never@receiver.test", status: "bounced" });
      // The bounce goes back to alice, whom the sink takes for anybody.
      expect(byId.ids).toHaveLength(2);
      const [, messageId = ""] = /message-id=(<.*>)/.exec(log) ?? [];
      expect(await relay.json<Traced>("trace", messageId)).toEqual(byId);
      expect((await relay.run("trace", "NOSUCHID1")).stderr).toMatch(/does not know NOSUCHID1/);
    });

    test("counts as the log does who sends, where to, and what is in the way", async () => {
      type Top = {
        senders: { sender: string; messages: number }[];
        destinations: Record<string, number | string>[];
        reasons: { reason: string; deferrals: number }[];
      };
      const top = await relay.json<Top>("top");
      const grep = (pattern: string) =>
        onHost(lab, `journalctl -q -o cat SYSLOG_FACILITY=2 | grep -cE '${pattern}' || true`).then(Number);
      expect(top.senders.find(({ sender }) => sender === "printer@example.test")?.messages).toBe(2);
      const to = "to=<[a-z]+@receiver.test>.*status=";
      expect(top.destinations.find(({ domain }) => domain === "receiver.test")).toMatchObject({
        sent: await grep(`${to}sent`),
        deferred: await grep(`${to}deferred`),
        bounced: await grep(`${to}bounced`),
      });
      expect(top.reasons[0]?.reason).toContain("come back later");
      expect(top.reasons[0]?.deferrals).toBe(await grep("status=deferred.*come back later"));
    });

    test("shows the log, filtered, and what comes while it is followed", async () => {
      const log = (pattern: string) => onHost(lab, `journalctl -q -o cat SYSLOG_FACILITY=2 | grep -E '${pattern}'`);
      const bounced = await relay.run("logs", "--status", "bounced", "--json");
      const lines = bounced.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { text: string }).text);
      expect(`${lines.join("\n")}\n`).toBe(await log("status=bounced"));

      const following = relay.start([...relay.target(), "logs", "-f", "--lines", "1", "--grep", "canary"]);
      const said = ended(following);
      await eventually(() => onHost(lab, "pgrep -f '^journalctl .*-f'"));
      await onHost(lab, "logger -p mail.info -t postfix/test 'a canary sings'; logger -p mail.info 'another bird'");
      await eventually(async () => {
        const seen = await onHost(lab, "journalctl -q -o cat SYSLOG_FACILITY=2 | tail -1");
        expect(seen).toBe("another bird\n");
      });
      await sleep(1000);
      following.kill("SIGINT");
      expect((await said).stdout).toMatch(/^[-0-9]+ [:0-9]+ postfix\/test: a canary sings\n$/);
      await eventually(() => onHost(lab, "! pgrep -f '^journalctl .*-f'"));
    });

    test("reads /var/log/mail.log where the journal has nothing", async () => {
      const [line = ""] = (await onHost(lab, "journalctl -q -o cat _COMM=smtp | grep 'status=bounced'")).split("\n");
      const [id = ""] = line.split(":");
      const before = await relay.json<{ events: { text: string }[] }>("trace", id);
      await onHost(
        lab,
        `journalctl -q -o short SYSLOG_FACILITY=2 | gzip >/var/log/mail.log.1.gz
        journalctl -q --rotate; journalctl -q --vacuum-time=1s; sleep 2; journalctl -q --vacuum-time=1s`,
      );
      expect(await onHost(lab, `journalctl -q -o cat SYSLOG_FACILITY=2 | grep -c '^${id}' || true`)).toBe("0\n");
      const after = await relay.json<{ events: { text: string }[] }>("trace", id);
      expect(after.events.map(({ text }) => text)).toEqual(before.events.map(({ text }) => text));
    });
  });

  describe("takes for data what clients and servers write", () => describeHostile(() => queue));

  describe("changes", () => describeChanges(() => queue));

  describe("cannot", () => {
    const stranger = keyPair();

    /** One sentence on standard error, and nothing else. */
    async function sentence(code: number, ...args: string[]): Promise<string> {
      const said = await relay.run(...args);
      expect({ ...said, stderr: "" }).toEqual({ code, stdout: "", stderr: "" });
      expect(said.stderr).toMatch(/^mail-relay: [^\n]*\n$/);
      return said.stderr;
    }

    test("talk to a host with another key, nor log in with another", async () => {
      const before = await onHost(lab, "journalctl -q _COMM=sshd _COMM=sshd-session | grep -c Accepted");
      expect(await sentence(3, ...relay.target({ hostKey: stranger.public }), "queue")).toMatch(/another host key/);
      expect(await sentence(3, ...relay.target({ privateKey: stranger.private }), "queue")).toMatch(
        /does not let root in/,
      );
      expect(await onHost(lab, "journalctl -q _COMM=sshd _COMM=sshd-session | grep -c Accepted")).toBe(before);
    });

    test("reach a host that is not there", async () => {
      const nowhere = lab.cloud.gateway.replace(/\d+$/, (last) => String(Number(last) + 29));
      expect(await sentence(3, ...relay.target({ host: nowhere }), "queue")).toMatch(
        /cannot be reached|does not answer/,
      );
    });

    test("work on a host without Python, without Postfix, or without the right to be root", async () => {
      const without = async (path: string, action: () => Promise<string>) => {
        await onHost(lab, `mv ${path} ${path}.away`);
        return action().finally(() => onHost(lab, `mv ${path}.away ${path}`));
      };
      expect(await without("/usr/bin/python3", () => sentence(1, ...relay.target(), "queue"))).toMatch(
        /has no Python 3/,
      );
      expect(await without("/usr/sbin/postconf", () => sentence(1, ...relay.target(), "queue"))).toMatch(/no Postfix/);
      await onHost(
        lab,
        `useradd --create-home --shell /bin/bash admin
        install -d -m 700 -o admin -g admin ~admin/.ssh
        install -m 600 -o admin -g admin ~root/.ssh/authorized_keys ~admin/.ssh/authorized_keys`,
      );
      expect(await sentence(3, ...relay.target({ user: "admin" }), "queue")).toMatch(/does not let admin use sudo/);
      await onHost(lab, "echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin");
      expect((await relay.run(...relay.target({ user: "admin" }), "queue")).code).toBe(0);
    });
  });
});
