import type { Lab } from "../../sandbox/lab";
import { changes, eventually, failureOf, onHost, patience, submit, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

describe("a cloud that misbehaves", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await testLab("faults");
  });

  afterAll(() => lab?.close());

  test("a droplet that never becomes active can be given up, and is not forgotten", async () => {
    await lab.cloud.setFault({ match: "POST /v2/droplets" });
    const givenUp = new AbortController();
    const failure = failureOf(lab.up({ signal: givenUp.signal }));
    const looks = async () => (await lab.cloud.requests()).filter((call) => /^GET \/v2\/droplets\/\d+ 200$/.test(call));
    await eventually(async () => expect((await looks()).length).toBeGreaterThan(2));
    givenUp.abort();
    const error = await failure;
    expect(error.message).toContain("cancelled");
    expect(changes(error.result)).not.toContain("create relay-install");
    const [droplet] = await lab.cloud.droplets();
    expect(droplet?.status).toBe("new");
    expect(await lab.engine.exportState(lab.stack)).toContain(`"${droplet?.id}"`);
  });
});

describe("a deploy that fails", () => {
  let lab: Lab;
  let password: string;

  beforeAll(async () => {
    lab = await testLab("failure");
  });

  afterAll(() => lab?.close());

  /** Changes one setting, and with it the configuration but not the users. */
  const allow = (network: string) => lab.configure({ myNetworks: [`${lab.cloud.trustedClient}/32`, network] });
  const liveNetworks = () => onHost(lab, "postconf -h mynetworks");
  const current = async () => (await onHost(lab, "readlink /etc/postfix/generations/current")).trim();
  const generations = async () => (await onHost(lab, "ls -A /etc/postfix/generations")).trim().split("\n");
  const reloads = async () => Number(await onHost(lab, "journalctl -q | grep -c 'postfix.*reload' || true"));

  async function mailFlows(subject: string): Promise<void> {
    await eventually(() => submit(lab, "alice", password, subject));
    await untilDelivered(lab, subject);
  }

  /** What is deployed is what was there before a failed run, and nothing of the failed one is left on the host. */
  async function expectUntouched(before: string, network: string): Promise<void> {
    expect(await current()).toBe(before);
    expect(await liveNetworks()).not.toContain(network);
    expect((await generations()).filter((name) => name.endsWith(".new"))).toEqual([]);
    expect((await generations()).sort().at(-3)).toBe(before);
    expect(await onHost(lab, "ls -d /var/lib/mail-relay/trial /run/mail-relay.* 2>/dev/null || true")).toBe("");
  }

  async function expectConverges(network: string): Promise<void> {
    expect(changes(await lab.up()).sort()).toEqual(["update relay-apply", "update relay-proof"]);
    expect(await liveNetworks()).toContain(network);
    expect(changes(await lab.up())).toEqual([]);
  }

  /** Lets logins fail under every configuration but the present one. */
  const spoilOthers = async () => {
    const script = [
      "#!/bin/sh",
      `[ "$(readlink /etc/postfix/generations/current)" = "${await current()}" ] && mode=640 || mode=600`,
      "chmod $mode /var/spool/postfix/sasl/relay.db",
      'exec /usr/sbin/postfix.real "$@"',
    ];
    const encoded = Buffer.from(script.join("\n")).toString("base64");
    await onHost(lab, "mv /usr/sbin/postfix /usr/sbin/postfix.real");
    await onHost(lab, `echo '${encoded}' | base64 -d >/usr/sbin/postfix; chmod 755 /usr/sbin/postfix`);
  };

  /** Takes every fault away, of a test that failed too. */
  const repair = () =>
    onHost(
      lab,
      `systemctl stop squatter 2>/dev/null || true
      [ ! -e /usr/sbin/postfix.real ] || mv /usr/sbin/postfix.real /usr/sbin/postfix
      chmod 640 /var/spool/postfix/sasl/relay.db`,
    );

  afterEach(repair);

  test("on a cloud that answers 429 and 500 goes on when the cloud does, and never makes anything twice", async () => {
    await lab.cloud.setFault({ match: "POST /v2/account/keys", status: 429, retryAfterSeconds: 1 });
    await lab.cloud.setFault({ match: "POST /v2/droplets", status: 500 });
    await lab.cloud.setFault({ match: "POST /v2/firewalls", status: 500, times: 5 });
    const error = await failureOf(lab.up());
    expect(error.message).toContain("The sandbox was told to fail here.");
    expect(error.result.text).toContain("relay-firewall");
    expect(changes(error.result)).toEqual(expect.arrayContaining(["create relay-ssh-key", "create relay-droplet"]));
    expect(changes(error.result)).not.toContain("create relay-install");
    const posts = (await lab.cloud.requests()).filter((call) => call.startsWith("POST "));
    expect(posts).toEqual([
      "POST /v2/account/keys 429",
      "POST /v2/account/keys 201",
      "POST /v2/droplets 500",
      "POST /v2/droplets 202",
      ...Array<string>(5).fill("POST /v2/firewalls 500"),
    ]);

    const result = await lab.up();
    expect(changes(result)).toContain("create relay-firewall");
    expect(changes(result)).toContain("create relay-proof");
    expect(changes(result)).not.toContain("create relay-droplet");
    expect(await lab.cloud.droplets()).toHaveLength(1);
    password = (await lab.outputs()).logins.alice!;
    await mailFlows("after the cloud's bad moment");
  });

  test("in its trial leaves Postfix alone", async () => {
    const [before, reloaded] = [await current(), await reloads()];
    await onHost(lab, "systemd-run --quiet --unit=squatter python3 -m http.server --bind 127.0.0.1 20587");
    allow("192.0.2.0/28");
    const error = await failureOf(lab.up());
    expect(error.message).toContain("bind 127.0.0.1 port 20587: Address already in use");
    expect(error.message).toContain("the new configuration failed its trial, the old one is untouched");
    await expectUntouched(before, "192.0.2.0/28");
    expect(await reloads()).toBe(reloaded);
    await mailFlows("after a failed trial");
    await repair();
    await expectConverges("192.0.2.0/28");
  });

  test("once it is live puts the last good configuration back, which serves", async () => {
    const before = await current();
    await spoilOthers();
    allow("198.51.100.0/28");
    const error = await failureOf(lab.up());
    expect(error.message).toContain("a login is accepted on 587: AUTH PLAIN was answered 454");
    expect(error.message).toContain("the new configuration failed its smoke test; the last good one is live again");
    await expectUntouched(before, "198.51.100.0/28");
    await mailFlows("under the last good configuration");
    await repair();
    await expectConverges("198.51.100.0/28");
    await mailFlows("under the new configuration");
  });

  test("puts the last good configuration back even when nobody listens any more", async () => {
    const before = await current();
    await spoilOthers();
    allow("203.0.113.0/28");
    const cut = new AbortController();
    const onLine = (line: string) => {
      if (line.includes("trying the new configuration out")) cut.abort();
    };
    const error = await failureOf(lab.up({ onLine, signal: cut.signal }));
    expect(error.message).toContain("cancelled");
    // The step goes on without us; it is over when its private folder is gone.
    await eventually(() => onHost(lab, "! ls -d /run/mail-relay.*"), 240);
    await expectUntouched(before, "203.0.113.0/28");
    await mailFlows("after the connection broke off");
    await repair();
    await expectConverges("203.0.113.0/28");
  });

  test("on a host whose user database is damaged says so instead of calling the relay good", async () => {
    const before = await current();
    const database = "/var/spool/postfix/sasl/relay.db";
    await onHost(lab, `cp -p ${database} /root/relay.db; echo damaged >${database}`);
    allow("198.51.100.64/28");
    const error = await failureOf(lab.up());
    expect(error.message).toContain("a login is accepted on 587: the user database cannot be read");
    await expectUntouched(before, "198.51.100.64/28");
    await onHost(lab, `mv /root/relay.db ${database}`);
    await expectConverges("198.51.100.64/28");
    await mailFlows("with the database back");
  });

  test("on a host where nothing can serve says so, and the next up after the repair converges", async () => {
    const before = await current();
    await mailFlows("before the fault");
    await onHost(lab, "chmod 600 /var/spool/postfix/sasl/relay.db");
    allow("192.0.2.64/28");
    const error = await failureOf(lab.up());
    expect(error.message).toContain("a login is accepted on 587: AUTH PLAIN was answered 454");
    expect(error.message).toContain("the last good one fails too");
    await expectUntouched(before, "192.0.2.64/28");
    await repair();
    await mailFlows("after the repair");
    await expectConverges("192.0.2.64/28");
  });
});
