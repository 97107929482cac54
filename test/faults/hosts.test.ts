import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../sandbox/lab";
import type { Sink } from "../../sandbox/mail/sink";
import { PROJECT_ROOT } from "../../sandbox/paths";
import { changes, eventually, failureOf, patience, submit, testLab } from "../scenario/support";
import { empty, fill } from "./disk";
import * as interrupt from "./interrupt";
import { entryOf, faults } from "./interrupt";
import { reluctantNextHop } from "./nextHop";
import { passwords, Relay, users } from "./relay";

jest.setTimeout(patience);

let lab: Lab;
let relay: Relay;

beforeAll(async () => {
  lab = await testLab("hosts");
  relay = await Relay.create(lab);
  await relay.up();
});

afterAll(() => lab?.close());

const generations = () => relay.run("ls -A /etc/postfix/generations; readlink /etc/postfix/generations/current");

describe("a full disk", () => {
  test.each([
    { folder: "/etc/postfix/generations", step: "apply" },
    { folder: "/var/lib/mail-relay", step: "apply" },
    { folder: "/run", step: "apply" },
    { folder: "/var/spool/postfix/sasl", step: "users" },
  ])("under $folder is told, hurts nobody, and the next deploy converges", async ({ folder, step }) => {
    const [before, live] = [await generations(), await relay.liveNetworks()];
    const network = `198.18.${folder.length}.0/24`;
    const printer = `printer's other password ${folder}`;
    const changed = [users[0]!, { login: "printer", password: printer }];
    relay.allow(network, step === "users" ? { users: changed } : {});
    await fill(relay, folder);
    try {
      const error = await failureOf(relay.up());
      expect(error.message).toContain("No space left on device");
      expect(changes(error.result)).not.toContain(`update relay-${step}`);
      expect(await generations()).toBe(before);
      expect(await relay.liveNetworks()).toBe(live);
      expect(await relay.leftBehind()).toBe("");
      await relay.expectServes(`with a full ${folder}`);
    } finally {
      await empty(relay, folder);
    }
    expect(changes(await relay.up())).toContain(`update relay-${step}`);
    expect(await relay.liveNetworks()).toContain(network);
    await relay.expectServes(`with room in ${folder} again`);
    if (step === "users") await submit(lab, "printer", printer, "with the new password", { address: relay.address });
    expect(changes(await relay.up())).toEqual([]);
  });
});

describe("a host whose packages are at work", () => {
  const purge = "DEBIAN_FRONTEND=noninteractive dpkg --purge --force-depends sasl2-bin";
  const state = async () => (await relay.run("dpkg-query -W -f '${db:Status-Status}' sasl2-bin")).trim();

  /** Whoever holds it does so until the test lets go. */
  const hold = (lock: string) =>
    relay.run(
      `systemd-run --quiet --unit=holder python3 -c 'import fcntl, time
file = open("${lock}", "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)'
      until journalctl -q -u holder -o cat | grep -qx held; do sleep 0.1; done`,
    );
  const letGo = () => relay.run("systemctl stop holder 2>/dev/null || true; journalctl --rotate --vacuum-time=1s -q");

  afterEach(letGo);

  test.each(["/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock"])("waits for %s", async (lock) => {
    await relay.run(purge);
    await hold(lock);
    await relay.loseState();
    const said: string[] = [];
    const run = relay.up({ onLine: (line) => said.push(line) });
    const ended = run.then(
      () => "it succeeded",
      (error: unknown) => String(error),
    );
    await eventually(() => Promise.resolve(expect(said.join("\n")).toContain("installing sasl2-bin")), 240);
    expect(await Promise.race([ended, relay.run("sleep 5; echo -n waits")])).toBe("waits");
    await letGo();
    await run;
    expect(await state()).toBe("installed");
  });

  test("that were cut off in the middle are finished first", async () => {
    await relay.run(purge);
    await relay.run(
      `cd /root; apt-get -q download sasl2-bin >/dev/null
      dpkg --unpack sasl2-bin_*.deb >/dev/null; rm sasl2-bin_*.deb; dpkg --audit | grep -q sasl2-bin`,
    );
    expect(await state()).toBe("unpacked");
    await relay.loseState();
    await relay.up();
    expect(await state()).toBe("installed");
    expect(await relay.run("dpkg --audit")).toBe("");
    await relay.expectServes("after the packages were finished");
  });
});

describe("two deploys at once", () => {
  const waits = "another deploy is at work on this host";
  let rival: Relay;
  let points: interrupt.Point[];

  beforeAll(async () => {
    rival = relay.rival();
    await interrupt.plantFaults(relay);
    await interrupt.watchSteps(relay);
    relay.allow("203.0.113.0/28");
    await relay.up();
    points = await interrupt.pointsPassed(relay, "apply");
  });

  afterAll(() => interrupt.forgetFault(relay));

  /** Starts a deploy that stands still in its apply step. */
  async function frozenIn(name: string): Promise<{ run: ReturnType<Relay["up"]> }> {
    await interrupt.planFault(relay, "apply", entryOf(points, name), faults.freeze);
    const run = relay.up();
    run.catch(() => undefined);
    await interrupt.faultHappened(relay);
    await interrupt.forgetFault(relay);
    return { run };
  }

  const goOn = () => relay.run("pkill -CONT -f '^bash ./apply.sh'");

  test("go one after the other, and the host is one's as a whole", async () => {
    relay.allow("203.0.113.16/28");
    rival.allow("203.0.113.32/28");
    const first = await frozenIn("check_trial");
    const said: string[] = [];
    const second = rival.up({ onLine: (line) => said.push(line) });
    await eventually(() => Promise.resolve(expect(said.join("\n")).toContain(waits)), 240);
    expect(await relay.liveNetworks()).toContain("203.0.113.0/28");
    await goOn();
    await Promise.all([first.run, second]);
    expect(await relay.liveNetworks()).toMatch(/203\.0\.113\.(16|32)\/28$/);
    expect(await relay.leftBehind()).toBe("");
    await relay.expectServes("after two deploys at once");
  });

  describe("with different users and configurations", () => {
    const others = { first: "printer of the first", rival: "printer of the rival" };
    const networks = { first: "203.0.113.64/28", rival: "203.0.113.80/28" };
    type Deploy = keyof typeof others;

    const bring = (who: Relay, deploy: Deploy, more: string) =>
      who.allow(networks[deploy], {
        users: Object.entries({ alice: passwords.alice, printer: others[deploy] + more }).map(([login, password]) => ({
          login,
          password,
        })),
      });

    /** Whose configuration is live, and whose users are. */
    async function owners(more: string): Promise<(string | undefined)[]> {
      const live = await relay.liveNetworks();
      const stored = await relay.run("db_dump /var/spool/postfix/sasl/relay.db");
      const each = Object.keys(others) as Deploy[];
      return [
        each.find((deploy) => live.includes(networks[deploy])),
        each.find((deploy) => stored.includes(Buffer.from(others[deploy] + more).toString("hex"))),
      ];
    }

    test("by turns: users, another's users and configuration, configuration; the host is the later one's as a whole", async () => {
      bring(relay, "first", "");
      bring(rival, "rival", "");
      const first = await frozenIn("take_lock");
      expect((await rival.up()).text).not.toContain("another deploy");
      expect(await owners("")).toEqual(["rival", "rival"]);
      await goOn();
      expect((await first.run).text).toContain("another deploy changed this host meanwhile");
      expect(await owners("")).toEqual(["first", "first"]);
      await submit(lab, "printer", others.first, "as the first has it", { address: relay.address });
      expect(changes(await relay.up())).toEqual([]);
      expect(await relay.leftBehind()).toBe("");
    });

    test("as they come: the host is one of the two as a whole", async () => {
      bring(relay, "first", ", again");
      bring(rival, "rival", ", again");
      await Promise.all([relay.up(), rival.up()]);
      const [configuration, users] = await owners(", again");
      expect(configuration).toBeDefined();
      expect(users).toBe(configuration);
    });
  });

  test("a local user cannot hold the locks", async () => {
    const names = ["mail-relay", "mail-relay-certificate", "mail-relay-acme", "mail-relay-resolver"];
    // Also by a name that somebody might guess.
    const locks = [...names.map((name) => `/run/lock/${name}.lock`), "/tmp/mail-relay.lock", "/run/lock/mail-relay"];
    const unit = (index: number) => `local-user-${index}`;
    for (const [index, lock] of locks.entries()) {
      await relay.run(`systemd-run --quiet --uid=nobody --unit=${unit(index)} flock ${lock} sleep 600`);
    }
    relay.allow("203.0.113.96/28");
    expect((await relay.up()).text).not.toContain("another deploy");
    expect(await relay.run("stat -c '%a %U' /run/mail-relay")).toBe("700 root\n");
    await relay.run(`systemctl stop ${locks.map((_, index) => unit(index)).join(" ")}`);
  });

  test("a deploy that nobody asks for any more does not begin after it has waited", async () => {
    await relay.write("/root/lib.sh", readFileSync(join(PROJECT_ROOT, "components/host/lib.sh"), "utf8"));
    const wait = (reader: string) =>
      relay.run(
        `rm -f /root/begun
        (flock 9; sleep 2) 9>/run/mail-relay/deploy.lock &
        sleep 0.5
        bash -c '. /root/lib.sh; trap "" PIPE; take_lock; touch /root/begun' 2> >(${reader}) || true
        wait
        [ ! -e /root/begun ] || echo begun`,
      );
    expect((await wait("cat >/dev/null")).trim()).toBe("begun");
    expect((await wait("head -n 1 >/dev/null")).trim()).toBe("");
  });
});

describe("a program that is killed ten times in ten seconds", () => {
  const units = "mail-relay-{signer,signer-gate,header-from,login-limit,ban,saslauthd}";

  test("comes back, and mail is signed, counted and delivered as before", async () => {
    // Alice's mail of the tests above counts still.
    const counted = { login: "counted", password: "of one who sent nothing yet", recipientsPerHour: 10 };
    relay.allow("203.0.113.112/28", {
      users: [...users, counted],
      dkim: {},
      sasl: { passwordCheck: "saslauthd" },
      limits: { ban: {} },
    });
    await relay.up();
    await relay.run(`for round in 1 2 3 4 5 6 7 8 9 10; do
      systemctl kill --signal=KILL ${units} || true
      kill -9 $(cat /var/spool/postfix/pid/master.pid) || true
      sleep 1
    done`);
    await eventually(() => relay.run(`systemctl is-active ${units}; ss -Hltn sport = :587 | grep .`));
    await relay.expectServes("after ten deaths");
    const sent = (await lab.sink.messages()).find(({ raw }) => raw.includes("Subject: after ten deaths"));
    expect(sent?.raw).toMatch(/^DKIM-Signature: /m);
    // What was under way when the counter died stays counted, so the limit may come early.
    const again = () => submit(lab, counted.login, counted.password, "counted", { address: relay.address });
    let refusal = "";
    for (let sent = 0; sent <= 10 && refusal === ""; sent++) refusal = await again().then(() => "", String);
    expect(refusal).toMatch(/450 4\.7\.1 .*this login may send to 10 recipients/);
    expect(changes(await relay.up())).toEqual([]);
  });
});

describe("the same deploy once more, by somebody who knows nothing of the first", () => {
  let world: Sink;

  beforeAll(async () => {
    world = await reluctantNextHop(lab, () => true);
  });

  afterAll(() => world?.close());

  /** Every file with its inode and all its times but that of reading; of folders and links, what they are. */
  const host = () =>
    relay.run(
      `find /etc/postfix /var/spool/postfix/sasl -type f -printf '%p %i %m %u %T@ %C@\\n' | sort
      find /etc/postfix -type l -printf '%p %i %l\\n' | sort
      find /var/spool/postfix/{maildrop,incoming,active,deferred} -type f -printf '%p %i %T@\\n' | sort
      cat /var/spool/postfix/pid/master.pid; ls -A /etc/postfix/generations`,
    );

  test("changes not a single file, no process and no message that waits", async () => {
    relay.allow("203.0.113.48/28");
    await relay.up();
    await submit(lab, "alice", passwords.alice, "waits", { address: relay.address });
    const deferred = '[ -n "$(find /var/spool/postfix/deferred -type f)" ]';
    await eventually(() => relay.run(`${deferred}; [ -z "$(find /var/spool/postfix/active -type f)" ]`));
    const before = await host();
    await relay.loseState();
    expect(changes(await relay.up())).toContain("create relay-apply");
    expect(await host()).toBe(before);
  });
});
