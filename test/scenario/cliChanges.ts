import type { Listing, QueuedMessage } from "../../cli/queueTable";
import { idsOf, type QueueLab } from "./queueLab";
import { eventually, onHost } from "./support";

interface Changed {
  done: number;
  ids: string[];
  gone: number;
}

/** What stays of messages that come back under new ids. */
const arrivals = (messages: QueuedMessage[]) =>
  messages.map(({ arrival_time, sender }) => [arrival_time, sender]).sort();

/** What the command does to the queue of a lab, six messages in it each time. */
export function describeChanges(queue: () => QueueLab): void {
  const relay = () => queue().relay;
  const postqueue = (name?: string) => queue().postqueue(name);
  const queueJson = (...args: string[]) => relay().json<Listing>("queue", ...args);

  beforeEach(async () => {
    await queue().empty();
    await queue().fill(
      "-m 4 -f alice@example.test -t later@receiver.test",
      "-m 2 -f printer@example.test -t full@receiver.test",
    );
  });

  test("nothing without a yes", async () => {
    const before = idsOf(await postqueue());
    const unasked = await relay().run("delete", "--all");
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(
      /6 messages, .*, will be deleted\. Confirm with --yes, because standard input is not a terminal/,
    );
    const refused = await relay().onTerminal("n", "delete", "--all");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/6 messages, .*, will be deleted\. \[y\/N\].*nothing was changed/s);
    for (const args of [["delete"], ["delete", before[0]!, "--all"], ["hold", "--all", "--sender", "x"]])
      expect((await relay().run(...args, "--yes")).code).toBe(2);
    expect(idsOf(await postqueue("deferred"))).toEqual(before);
  });

  test("what was deleted on a terminal comes back as it was, on hold what was held", async () => {
    const before = await postqueue();
    const held = before.find(({ sender }) => sender === "alice@example.test")!;
    const other = before.find(({ sender }) => sender === "printer@example.test")!;
    const body = (await relay().json<{ body: string }>("queue", "show", other.queue_id, "--body")).body;
    expect((await relay().json<Changed>("hold", held.queue_id, "--yes")).ids).toEqual([held.queue_id]);
    const deleted = await relay().onTerminal("y", "delete", "--all");
    expect(deleted.stdout).toMatch(/6 messages deleted/);
    expect(await postqueue()).toEqual([]);
    const kept = await queueJson("deleted");
    expect(idsOf(kept.messages)).toEqual(idsOf(before));
    expect(await onHost(queue().lab, "stat -c '%a %U' /var/lib/mail-relay/deleted")).toBe("700 root\n");
    expect(await onHost(queue().lab, "find /var/lib/mail-relay/deleted -type f ! -perm 600")).toBe("");

    const back = await relay().json<Changed>("undelete", "--sender", "printer@example.test", "--yes");
    expect(back).toMatchObject({ done: 2, gone: 0 });
    expect((await relay().json<Changed>("undelete", held.queue_id, "--yes")).done).toBe(1);
    await eventually(async () => expect(await postqueue("deferred")).toHaveLength(2));
    expect(await postqueue("hold")).toMatchObject([{ sender: held.sender, arrival_time: held.arrival_time }]);
    expect((await queueJson("deleted")).count).toBe(3);
    const restored = (await postqueue("deferred")).find(({ arrival_time }) => arrival_time === other.arrival_time)!;
    const again = await relay().json<{ body: string }>("queue", "show", restored.queue_id, "--body");
    expect(again.body.split("\n").filter((line) => !line.startsWith("***"))).toEqual(
      body.split("\n").filter((line) => !line.startsWith("***")),
    );
    queue().accepting = true;
    try {
      await relay().run("release", "--all", "--yes");
      await relay().run("flush", "--yes");
      await eventually(async () => expect(await postqueue()).toEqual([]));
    } finally {
      queue().accepting = false;
    }
  });

  test("hold, release, requeue and flush do what Postfix's own commands do", async () => {
    const ids = idsOf(await postqueue());
    expect((await relay().json<Changed>("hold", "--recipient", "later@receiver.test", "--yes")).done).toBe(4);
    expect(await postqueue("hold")).toHaveLength(4);
    // What is held already cannot be held, nor released what is not.
    expect((await relay().json<Changed>("hold", "--all", "--yes")).done).toBe(2);
    expect((await relay().json<Changed>("release", "--sender", "printer@example.test", "--yes")).done).toBe(2);
    expect((await relay().json<Changed>("release", "--all", "--yes")).done).toBe(4);
    expect(idsOf(await postqueue())).toEqual(ids);
    expect((await relay().json<Changed>("requeue", ids[0]!, "--yes")).ids).toEqual([ids[0]]);
    await eventually(async () => expect(idsOf(await postqueue("deferred"))).toHaveLength(6));
    expect(idsOf(await postqueue())).not.toContain(ids[0]);
    const tries = () => onHost(queue().lab, `journalctl -q -o cat _COMM=smtp | grep -c '^${ids[1]}: to='`).then(Number);
    const before = await tries();
    expect((await relay().json<Changed>("flush", ids[1]!, "--yes")).done).toBe(1);
    await eventually(async () => expect(await tries()).toBe(before + 1));
  });

  test("without room for copies nothing is deleted; without copies it is gone for good", async () => {
    const before = await postqueue();
    await onHost(
      queue().lab,
      "install -d -m 700 /var/lib/mail-relay/deleted; mount -t tmpfs -o size=4k,mode=700 x /var/lib/mail-relay/deleted",
    );
    const full = await relay().run("delete", "--all", "--yes");
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/no copies could be made \(No space left on device\), so nothing was deleted/);
    expect(idsOf(await postqueue("deferred"))).toEqual(idsOf(before));
    // With more room, the file system of the copies is still another one than the queue's.
    await onHost(queue().lab, "mount -o remount,size=1m /var/lib/mail-relay/deleted");
    expect((await relay().json<Changed>("delete", "--all", "--yes")).done).toBe(6);
    expect((await relay().json<Changed>("undelete", "--all", "--yes")).done).toBe(6);
    await onHost(queue().lab, "umount /var/lib/mail-relay/deleted");
    await eventually(async () => expect(arrivals(await postqueue("deferred"))).toEqual(arrivals(before)));
    const gone = await relay().json<Changed>("delete", "--all", "deferred", "--no-copy", "--yes");
    expect(gone.done).toBe(6);
    expect((await queueJson("deleted")).count).toBe(0);
  });

  // `kill -9` of the program on the host, at the moment when it starts postsuper for this.
  test.each(["-h", "-d"])("a deletion that is cut off at postsuper %s loses no message", async (option) => {
    const before = await postqueue();
    await onHost(
      queue().lab,
      `install -d /root/real; mv /usr/sbin/postsuper /root/real/
      cat >/usr/sbin/postsuper <<'END'
#!/bin/sh
[ "$1" != ${option} ] || kill -9 $PPID
exec /root/real/postsuper "$@"
END
      chmod 755 /usr/sbin/postsuper`,
    );
    const killed = await relay().run("delete", "--all", "--yes");
    await onHost(queue().lab, "while pgrep -x postsuper; do sleep 0.1; done; mv /root/real/postsuper /usr/sbin/");
    expect(killed.code).toBe(3);
    const kept = await queueJson("deleted");
    expect([...new Set([...idsOf(await postqueue()), ...idsOf(kept.messages)])].sort()).toEqual(idsOf(before));
    expect(kept.count).toBe(option === "-d" ? 6 : 0);
    // Done again, it comes to its end, and then everything comes back once.
    await relay().json<Changed>("delete", "--all", "--yes");
    expect(await postqueue()).toEqual([]);
    await relay().json<Changed>("undelete", "--all", "--yes");
    await eventually(async () => expect(arrivals(await postqueue())).toEqual(arrivals(before)));
  });

  test("copies end after a day, also when nobody comes back", async () => {
    await relay().run("delete", "--recipient", "later@receiver.test", "--yes");
    await onHost(
      queue().lab,
      "cd /var/lib/mail-relay/deleted; for old in *; do mv $old $(($(date +%s) - 86401)).000; done",
    );
    expect((await queueJson("deleted")).count).toBe(0);
    await relay().run("delete", "--recipient", "full@receiver.test", "--yes");
    expect(await onHost(queue().lab, "ls /var/lib/mail-relay/deleted | wc -l")).toBe("1\n");
    const rule = "/etc/tmpfiles.d/mail-relay-deleted.conf";
    expect(await onHost(queue().lab, `grep -v '^#' ${rule}`)).toBe("e /var/lib/mail-relay/deleted - - - 1d\n");
    await onHost(queue().lab, `systemd-tmpfiles --clean ${rule}`);
    expect((await queueJson("deleted")).count).toBe(2);
    await onHost(
      queue().lab,
      `sleep 2; sed 's/1d$/1s/' ${rule} >/run/soon.conf; systemd-tmpfiles --clean /run/soon.conf`,
    );
    expect(await onHost(queue().lab, "find /var/lib/mail-relay/deleted -type f")).toBe("");
  });

  test("a deploy at work is told of, and is not interfered with", async () => {
    await onHost(queue().lab, "systemd-run --quiet --unit=busy flock /run/mail-relay/deploy.lock sleep 300");
    try {
      await eventually(() => onHost(queue().lab, "! flock -n /run/mail-relay/deploy.lock true"));
      const looking = await relay().run("queue");
      expect(looking.code).toBe(0);
      expect(looking.stderr).toContain(
        "mail-relay: a deploy is at work on this host; what is shown may be about to change\n",
      );
      const changing = await relay().run("delete", "--all", "--yes");
      expect(changing.code).toBe(1);
      expect(changing.stderr).toMatch(
        /a deploy is at work on this host; nothing was changed, try again when it has ended\n$/,
      );
      expect(await postqueue("deferred")).toHaveLength(6);
    } finally {
      await onHost(queue().lab, "systemctl stop busy");
    }
  });
}
