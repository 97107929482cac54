import { randomBytes } from "node:crypto";
import { instanceFolder } from "../../sandbox/cloud";
import type { Lab } from "../../sandbox/lab";
import type { RunResult } from "../../sandbox/engine";
import { TEST_PREFIX } from "../../sandbox/names";
import { nameAcmeServer, nobodysNames, startAcmeServer, type AcmeServer } from "./acmeServer";
import { API_NAME, startDigitalOceanFront, type DigitalOceanFront, type Scope } from "./digitalOceanFront";
import { exposures, tooExposed } from "./exposure";
import { Hunt, watchProcesses } from "./hunt";
import { servedCertificate } from "./servedCertificate";
import { callApi, changes, eventually, onHost, onlyDroplet, patience, submit, testLab } from "./support";

jest.setTimeout(patience);

const domain = "example.test";
const hostname = `relay.${domain}`;
const all: Scope[] = ["domain:read", "domain:create", "domain:update", "domain:delete"];
const tokenFile = "/etc/mail-relay-digitalocean-token";
const conf = "/etc/letsencrypt/renewal/mail-relay.conf";

/** Of the form DigitalOcean gives them. */
const newToken = () => `dop_v1_${randomBytes(32).toString("hex")}`;
const tokens = { first: newToken(), second: newToken() };
const hunt = new Hunt(tokens);
const unknownToken = "DigitalOcean does not know the token in tls.acme.digitalOceanToken";

/** Nothing in this lab's DNS takes time. */
const hurry = "sed -i 's/time.sleep(TTL)/time.sleep(1)/' /usr/local/lib/mail-relay-certificate/challenge.py; ";

/** What mail-relay-certificate.timer does; resolves with what its service says. */
const see = (lab: Lab) =>
  onHost(
    lab,
    hurry +
      "cursor=$(journalctl -q -n 0 --show-cursor | sed -n 's/^-- cursor: //p'); " +
      "systemctl start mail-relay-certificate.service || true; " +
      'journalctl -q -o cat -u mail-relay-certificate.service --after-cursor="$cursor"',
  );

/**
 * What certbot.timer does. certbot of Debian 11 would sleep for minutes first, and newer ones find short lifetimes due
 * only near their end.
 */
const renew = (lab: Lab) =>
  onHost(
    lab,
    hurry +
      "grep -q no-random /etc/letsencrypt/cli.ini || printf '\\nno-random-sleep-on-renew = true\\n' >>/etc/letsencrypt/cli.ini; " +
      `grep -q ^renew_before_expiry ${conf} || sed -i '1i renew_before_expiry = 30 days' ${conf}; ` +
      "systemctl start certbot.service",
  );

describe("a certificate by DNS-01", () => {
  let lab: Lab;
  let acme: AcmeServer;
  let front: DigitalOceanFront;
  let watch: ReturnType<typeof watchProcesses>;
  /** All that was printed. */
  const said: string[] = [];

  beforeAll(async () => {
    // The oldest certbot there is.
    lab = await testLab("dns01", { release: "bullseye" });
    await nameAcmeServer(lab, [{ name: API_NAME, type: "A", value: lab.cloud.gateway }]);
    acme = await startAcmeServer(lab, { validitySeconds: 3600 });
    front = await startDigitalOceanFront(lab);
    front.tokens.set(tokens.first, all);
    await callApi(lab, "POST", "domains", { name: domain });
    watch = watchProcesses(() => hunt);
  });

  afterAll(async () => {
    watch?.stop();
    await front?.close();
    await acme?.close();
    await lab?.close();
  });

  async function up(digitalOceanToken?: string, { directoryUrl, caCertificate } = acme): Promise<RunResult> {
    lab.configure({
      listeners: { submissions: true },
      tls: { acme: { directoryUrl, caCertificate, digitalOceanToken } },
    });
    const result = await lab.up({ onLine: (line) => said.push(line) });
    said.push(result.text);
    return result;
  }

  const served = async () => servedCertificate(lab, (await lab.outputs()).address, acme.root);
  const records = async () =>
    ((await callApi(lab, "GET", `domains/${domain}/records`)) as { domain_records: unknown[] }).domain_records;
  const authenticator = () => onHost(lab, `sed -n 's/^authenticator = //p' ${conf}`);
  const inbound = async () => {
    const { firewalls } = (await callApi(lab, "GET", "firewalls")) as {
      firewalls: { inbound_rules: { ports: string }[] }[];
    };
    return firewalls.flatMap(({ inbound_rules: rules }) => rules.map(({ ports }) => ports));
  };

  test("is there from the first deploy on, with port 80 closed, and its record is gone", async () => {
    const [{ text }] = await Promise.all([up(tokens.first), trustOnceBooted(lab, front.authority)]);
    expect(text).toContain(`${hostname} has a new certificate`);
    expect((await served()).issuer).toMatch(/^CN=Pebble Intermediate CA/);
    expect(await inbound()).not.toContain("80");
    expect(front.requests).toContain(`POST /v2/domains/${domain}/records 201`);
    expect(await records()).toEqual([]);
    expect(await onHost(lab, `stat -c '%a %U' ${tokenFile}`)).toBe("600 root\n");
  });

  test("comes by a service that gives up what its work does not need", async () => {
    const found = await exposures(lab);
    expect(found.get("mail-relay-certificate.service")).toBeGreaterThan(0);
    expect(tooExposed(found)).toEqual([]);
  });

  test("is renewed by certbot's own timer", async () => {
    const before = (await served()).fingerprint256;
    await renew(lab);
    expect((await served()).fingerprint256).not.toBe(before);
    expect(await records()).toEqual([]);
  });

  test("stays when the token changes; a deploy warns of a bad one, and renewals use a good one", async () => {
    front.tokens.delete(tokens.first);
    const before = (await served()).fingerprint256;
    const result = await up(tokens.second);
    expect(changes(result)).toEqual(["update relay-apply", "update relay-proof"]);
    expect(result.text).toContain(`could not be renewed today: ${unknownToken}`);
    expect((await served()).fingerprint256).toBe(before);
    front.tokens.set(tokens.second, all);
    await renew(lab);
    expect((await served()).fingerprint256).not.toBe(before);
  });

  test("gives way to one by HTTP, which certbot's own timer renews, and no token stays behind", async () => {
    expect((await up()).text).toContain(`${hostname} has a new certificate`);
    expect(await inbound()).toContain("80");
    expect(await authenticator()).toBe("standalone\n");
    const before = (await served()).fingerprint256;
    await renew(lab);
    expect((await served()).fingerprint256).not.toBe(before);
    expect(await onHost(lab, `ls ${tokenFile} 2>/dev/null || true; grep ^manual ${conf} || true`)).toBe("");
  });

  test("does not come with a token nobody knows, too few scopes or no domain; each reason is said, and the relay serves on", async () => {
    const before = (await served()).fingerprint256;
    front.tokens.clear();
    const { text } = await up(tokens.first);
    expect(text).toContain(`no certificate yet: ${unknownToken}`);

    // One order in a hundred gets an account's earlier authorization from Pebble, whatever PEBBLE_AUTHZREUSE says.
    await onHost(lab, "rm -r /etc/letsencrypt/accounts");
    front.tokens.set(tokens.first, ["domain:read"]);
    expect(await see(lab)).toContain("has the scopes domain:read, domain:create, domain:update and domain:delete");

    front.tokens.set(tokens.first, all);
    await callApi(lab, "DELETE", `domains/${domain}`);
    expect(await see(lab)).toContain(`DigitalOcean has no domain for ${hostname} in the team of`);

    expect((await served()).fingerprint256).toBe(before);
    await submit(lab, "alice", (await lab.outputs()).logins.alice!, "on the old certificate");
  });

  test("comes once all is right, by itself, though the name has no address", async () => {
    await callApi(lab, "POST", "domains", { name: domain });
    const resolver = await nobodysNames(lab.cloud.trustedClient);
    // The first place http01.py looks for resolvers.
    const servers = "/run/systemd/resolve/resolv.conf";
    try {
      await onHost(lab, `mkdir -p $(dirname ${servers}); echo nameserver ${lab.cloud.trustedClient} >${servers}`);
      const before = (await served()).fingerprint256;
      expect(await see(lab)).toContain(`${hostname} has a new certificate`);
      expect((await served()).fingerprint256).not.toBe(before);
      expect(await authenticator()).toBe("manual\n");
    } finally {
      await onHost(lab, `rm -f ${servers}`);
      resolver.kill();
    }
  });

  test("does not come where the world does not see the record, which is taken away again", async () => {
    const before = (await served()).fingerprint256;
    const resolver = await nobodysNames(lab.cloud.trustedClient);
    const elsewhere = await startAcmeServer(lab, {
      validitySeconds: 3600,
      port: 14001,
      resolver: lab.cloud.trustedClient,
      authority: acme.authority,
    });
    try {
      const { text } = await up(tokens.first, elsewhere);
      expect(text).toContain("DigitalOcean has taken the record, but the world does not see it");
      expect((await served()).fingerprint256).toBe(before);
      expect(await records()).toEqual([]);
    } finally {
      await elsewhere.close();
      resolver.kill();
    }
  });

  test("leaves its token nowhere but in the file that only root reads, and in the record of it", async () => {
    const { findings, commands } = watch.stop();
    expect(commands).toBeGreaterThan(100);
    expect(findings).toEqual([]);
    expect(hunt.in(said.join("\n"))).toEqual([]);
    expect(await lab.engine.exportState(lab.stack)).toContain("relay-apply");
    expect(hunt.inFolder(instanceFolder(`${TEST_PREFIX}dns01`), ["root", "upper", "work"])).toEqual([]);
    expect(hunt.in(await onHost(lab, "journalctl --no-pager --all --output=export"))).toEqual([]);

    expect(await onHost(lab, "grep -c DEBUG /var/log/letsencrypt/letsencrypt.log")).not.toBe("0\n");
    const folders = "/boot /dev/shm /etc /home /media /mnt /opt /root /run /srv /tmp /usr/local /var";
    // User data is an archive too, one that holds no secret.
    expect(hunt.in(await onHost(lab, "cat /var/lib/cloud/instance/user-data.txt"))).toEqual([]);
    const skipped = "--devices=skip --exclude-dir=cloud";
    const grep = ["bash", "-c", `grep -rlaFs ${skipped} -f - ${folders} | xargs stat -c '%a %U %n' | sort`];
    const { stdout } = await lab.cloud.exec(await onlyDroplet(lab), grep, hunt.patterns);
    const record = `/var/lib/mail-relay/services/certificate/tree${tokenFile}`;
    expect(stdout).toBe([tokenFile, record].map((path) => `600 root ${path}\n`).join(""));
  });

  test("is gone without trace when nobody asks for it any more", async () => {
    lab.configure({ listeners: { submissions: true } });
    await lab.up();
    const left = await onHost(lab, `ls ${conf} ${tokenFile} /etc/mail-relay-certificate* 2>/dev/null || true`);
    expect(left).toBe("");
  });
});

/** As soon as there is a droplet, long before a deploy has installed anything on it, an authority is added as by an admin. */
async function trustOnceBooted(lab: Lab, certificate: string): Promise<void> {
  const file = "/usr/local/share/ca-certificates/digitalocean.crt";
  // User data has run by then, and the deploy is far from asking.
  await eventually(() => onHost(lab, "test -e /run/mail-relay/packages/complete"), 200);
  await onHost(lab, `cat >${file} <<'PEM'\n${certificate}\nPEM\nupdate-ca-certificates`);
}
