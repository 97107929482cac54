import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { load } from "js-yaml";
import type { Lab } from "../../sandbox/lab";
import { startSink } from "../../sandbox/mail/sink";
import { exposures, tooExposed } from "./exposure";
import { staysDown } from "./staysDown";
import { callApi, eventually, onHost, onlyDroplet, patience, remoteCommands, submit, testLab } from "./support";

jest.setTimeout(patience);

const canary = "canary-webhook-path";
const metricsFile = "/var/lib/prometheus/node-exporter/mail_relay.prom";
const look = "systemctl start mail-relay-watch.service";
// systemctl may return before Postfix has followed.
const master = "/usr/lib/postfix/sbin/master -t 2>/dev/null";
const stopPostfix = `systemctl stop postfix; until ${master}; do sleep 0.1; done`;
const startPostfix = `systemctl start postfix; while ${master}; do sleep 0.1; done`;

interface Alert {
  host: string;
  alert: string;
  state: "firing" | "resolved";
  text: string;
}

/** A webhook's server on the port that droplets may reach. */
async function webhook(address: string): Promise<{ server: Server; alerts: Alert[]; told: () => string[] }> {
  const alerts: Alert[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      alerts.push(body as Alert);
      response.end();
    });
  });
  await new Promise<void>((ready) => server.listen(80, address, ready));
  return { server, alerts, told: () => alerts.map(({ alert, state }) => `${state} ${alert}`) };
}

describe("a relay that is watched", () => {
  let lab: Lab;
  let hook: Awaited<ReturnType<typeof webhook>>;
  let password: string;
  /** The first look may come before the proof, whose wrong password then counts as one. */
  let before: Map<string, number>;

  beforeAll(async () => {
    lab = await testLab("watch");
    hook = await webhook(lab.cloud.gateway);
    lab.configure({
      metrics: true,
      logDays: 7,
      dkim: { domains: ["relay.example.test"] },
      headerFrom: "own",
      alerts: {
        webhook: `http://${lab.cloud.gateway}/${canary}`,
        mail: "ops@receiver.test",
        deferredAge: 1,
        loginFailures: 3,
      },
      droplet: { alerts: { emails: ["ops@receiver.test"], diskPercent: 80 } },
    });
    await lab.up();
    password = (await lab.outputs()).logins.alice!;
    before = await figures();
  });

  afterAll(async () => {
    hook.server.closeAllConnections();
    hook.server.close();
    await lab.close();
  });

  /** Looks now instead of at the next minute; returns the figures by name and labels. */
  async function figures(): Promise<Map<string, number>> {
    const text = await onHost(lab, `${look}; cat ${metricsFile}`);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(samples.map((line) => [line.replace(/ \S+$/, ""), Number(/ (\S+)$/.exec(line)?.[1])]));
  }

  const since = (seen: Map<string, number>, name: string) => (seen.get(name) ?? 0) - (before.get(name) ?? 0);

  test("the timer runs by itself, and all is quiet on a healthy relay", async () => {
    await eventually(() => onHost(lab, `test -s ${metricsFile}`));
    await submit(lab, "alice", password, "a first message");
    await lab.sink.waitForMessage(({ raw }) => raw.includes("Subject: a first message"), 60_000);
    const seen = await figures();
    expect(seen.get('mail_relay_service_up{unit="postfix"}')).toBe(1);
    expect(since(seen, 'mail_relay_deliveries_total{status="sent"}')).toBe(1);
    expect(since(seen, "mail_relay_sasl_logins_total")).toBe(1);
    const ends = await onHost(
      lab,
      'date +%s -d "$(openssl x509 -in /etc/postfix/tls/relay.pem -noout -enddate | cut -d= -f2)"',
    );
    expect(seen.get("mail_relay_certificate_ends_timestamp_seconds")).toBe(Number(ends));
    expect(hook.alerts).toEqual([]);
    // From here on looks are asked for; one that the minute brings would be taken for it.
    await onHost(lab, "systemctl stop mail-relay-watch.timer");
  });

  test("rules and dashboard use only figures that are there", async () => {
    const names = new Set([...(await figures()).keys()].map((sample) => sample.replace(/\{.*/, "")));
    const rules = load(readFileSync("monitoring/prometheus-rules.yml", "utf8")) as {
      groups: { rules: { expr: string }[] }[];
    };
    const dashboard = readFileSync("monitoring/grafana-dashboard.json", "utf8");
    const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
    const expressions = [...rules.groups[0]!.rules, ...panels.flatMap(({ targets }) => targets)].map(
      ({ expr }) => expr,
    );
    const used = new Set([...expressions, dashboard].join("\n").match(/mail_relay_\w+/g));
    expect(expressions.length).toBeGreaterThan(10);
    expect([...used].filter((name) => !names.has(name))).toEqual([]);
  });

  test("waiting mail and refused logins are counted as Postfix has them, and told once", async () => {
    await lab.sink.close();
    const refusing = await startSink({
      address: lab.cloud.gateway,
      port: 25,
      refuse: ({ at, to }) =>
        at === "rcpt" && to[0]?.startsWith("bob") ? { code: 450, text: "4.2.0 later" } : undefined,
    });
    try {
      await submit(lab, "alice", password, "for later");
      for (let failure = 0; failure < 3; failure++) {
        await expect(submit(lab, "alice", "wrong", "never")).rejects.toThrow();
      }
      await eventually(() => onHost(lab, "postqueue -j | grep -q delay_reason"));
      await eventually(async () => {
        expect((await figures()).get('mail_relay_queue_oldest_age_seconds{queue="deferred"}')).toBeGreaterThan(1);
      });
      const seen = await figures();
      const deferred = await onHost(lab, `postqueue -j | grep -c '"queue_name": "deferred"'`);
      expect(seen.get('mail_relay_queue_messages{queue="deferred"}')).toBe(Number(deferred));
      expect(seen.get('mail_relay_deferrals_total{reason="answer"}')).toBeGreaterThan(0);
      expect(since(seen, "mail_relay_sasl_failures_total")).toBe(3);
      await figures();
      expect(hook.told().sort()).toEqual(["firing deferred-age", "firing login-failures"]);
      const mail = await refusing.waitForMessage(({ raw }) => raw.includes("[firing] deferred-age"), 60_000);
      expect(mail.to).toEqual(["ops@receiver.test"]);
      expect(mail.raw).toMatch(/^DKIM-Signature: /im);
    } finally {
      await refusing.close();
    }
  });

  test("a deploy at work is no alert", async () => {
    hook.alerts.length = 0;
    await onHost(lab, `${stopPostfix}; flock /run/mail-relay/deploy.lock systemctl start mail-relay-watch.service`);
    await onHost(lab, startPostfix);
    expect(hook.alerts).toEqual([]);
  });

  test("what could not be told is told later, and what is over is told too", async () => {
    hook.alerts.length = 0;
    // The alerts' own mails must not wait in the queue in place of what is deleted from it.
    const accepting = await startSink({ address: lab.cloud.gateway, port: 25 });
    hook.server.closeAllConnections();
    hook.server.close();
    await onHost(lab, `${stopPostfix}; ${look}; ${startPostfix}`);
    hook = await webhook(lab.cloud.gateway);
    await onHost(lab, `${stopPostfix}; ${look}`);
    expect(hook.told()).toEqual(["firing down-postfix"]);
    await onHost(lab, `${startPostfix}; postsuper -d ALL deferred 2>/dev/null`);
    await eventually(() => onHost(lab, "! postqueue -j | grep -q ."));
    await onHost(lab, look);
    expect(hook.told()).toEqual(["firing down-postfix", "resolved deferred-age", "resolved down-postfix"]);
    await accepting.waitForMessage(({ raw }) => raw.includes("Subject: [firing] down-postfix "), 60_000);
    await accepting.close();
  });

  staysDown(
    () => lab,
    () => hook,
  );

  test("the journal is kept as long as it is said, by a journald that has read so", async () => {
    const file = "/etc/systemd/journald.conf.d/mail-relay.conf";
    expect(await onHost(lab, `tail -n 1 ${file}`)).toBe("MaxRetentionSec=7day\n");
    const since = 'date +%s -d "$(systemctl show -P ActiveEnterTimestamp systemd-journald)"';
    const [started, written] = (await onHost(lab, `${since}; stat -c %Y ${file}`)).split("\n").map(Number);
    expect(started).toBeGreaterThanOrEqual(written!);
  });

  test("the cloud itself watches the droplet", async () => {
    const asked = async (path: string) =>
      (await callApi(lab, "GET", path)) as Record<string, Record<string, unknown>[]>;
    const { policies } = await asked("monitoring/alerts");
    const watched = policies!.map(({ type, value, entities }) => [type, value, entities]);
    const droplet = [String(await onlyDroplet(lab))];
    expect(watched.sort()).toEqual([
      ["v1/insights/droplet/disk_utilization_percent", 80, droplet],
      ["v1/insights/droplet/memory_utilization_percent", 90, droplet],
    ]);
    const { checks } = await asked("uptime/checks");
    expect(checks).toMatchObject([{ type: "ping", target: (await lab.outputs()).address }]);
    const { alerts } = await asked(`uptime/checks/${String(checks![0]!.id)}/alerts`);
    expect(alerts).toMatchObject([{ type: "down", notifications: { email: ["ops@receiver.test"] } }]);
  });

  test("a local user has no way to where alerts are handed over", async () => {
    const connect = "import socket; socket.socket(socket.AF_UNIX).connect('/var/spool/postfix/private/alerts')";
    const as = (user: string) => `setpriv --reuid ${user} --regid ${user} --clear-groups python3 -c "${connect}" 2>&1`;
    await onHost(lab, as("root"));
    expect(await onHost(lab, `${as("daemon")} || true`)).toMatch(/^PermissionError/m);
  });

  test("its services give up what their work does not need, and everybody reads the figures", async () => {
    const found = await exposures(lab);
    process.stdout.write(`${[...found].map((one) => one.join(" ")).join(", ")}\n`);
    expect([...found.keys()]).toEqual(
      expect.arrayContaining(["mail-relay-watch.service", "mail-relay-signer.service"]),
    );
    expect(tooExposed(found)).toEqual([]);
    expect(await onHost(lab, `setpriv --reuid daemon --regid daemon --clear-groups cat ${metricsFile}`)).toContain(
      "mail",
    );
  });

  test("nobody but root reads where alerts go, and no log says it", async () => {
    expect(await onHost(lab, "stat -c '%a %U' /etc/mail-relay-watch.json")).toBe("600 root\n");
    expect(await onHost(lab, `journalctl -q -o cat | grep -c '${canary}' || true`)).toBe("0\n");
    expect(JSON.stringify((await lab.preview()).operations)).not.toContain(canary);
  });

  test("nothing to do is nothing done, and switched off it is gone", async () => {
    expect(remoteCommands(await lab.up())).toEqual([]);
    lab.configure({});
    // Nothing but the service changes, and the proof takes that for this deploy's.
    expect((await lab.up()).text).not.toContain("another deploy");
    const left =
      "ls /etc/mail-relay-watch.json /usr/local/lib/mail-relay-watch/* /etc/systemd/system/mail-relay-watch.* 2>/dev/null";
    expect(await lab.cloud.requests()).toContainEqual(expect.stringMatching(/^DELETE \/v2\/uptime\/checks\/\S+ 204$/));
    expect(await onHost(lab, `${left} || true; systemctl is-active mail-relay-watch.timer || true`)).toBe("inactive\n");
  });
});
