import type { Proof } from "../../components";
import type { Lab } from "../../sandbox/lab";
import { smtpDialogue } from "../../sandbox/mail/dialogue";
import { keyPair } from "../keys";
import { MailRelayCommand } from "./mailRelay";
import {
  changes,
  createServer,
  eventually,
  failureOf,
  onHost,
  patience,
  submit,
  testLab,
  untilDelivered,
} from "./support";

jest.setTimeout(patience);

const steps = ["relay-apply", "relay-install", "relay-proof", "relay-users"];
const handMade = `# made by hand
compatibility_level = 2
myhostname = old.example.test
mydestination =
alias_maps =
smtpd_banner = the old server
`;

/** The firewall and what uses it are its owner's too. */
const packages = "postfix fail2ban python3-systemd nftables";

describe("a server that exists already", () => {
  const admin = keyPair();
  const stranger = keyPair();
  let lab: Lab;
  let address: string;
  let hostKey: string;

  const configure = (key: string) =>
    lab.configure({
      droplet: null,
      users: [{ login: "alice" }],
      limits: { ban: {} },
      host: { address, user: "admin", hostKey: key, privateKey: admin.private },
    });

  const greeting = async () => (await smtpDialogue({ host: address, port: 25 }, []))[0]?.text;
  const sshLog = () => onHost(lab, "journalctl -q --no-pager -o cat _COMM=sshd");

  beforeAll(async () => {
    lab = await testLab("host");
    ({ address } = await createServer(lab));
    await onHost(
      lab,
      `useradd --create-home --shell /bin/bash admin
      echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
      install -d -m 700 -o admin -g admin ~admin/.ssh
      echo '${admin.public}' >~admin/.ssh/authorized_keys
      chown admin: ~admin/.ssh/authorized_keys
      echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
      mkdir /etc/fail2ban; printf '[DEFAULT]\\nbackend = systemd\\n' >/etc/fail2ban/jail.local
      DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends ${packages} >/dev/null 2>&1
      cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
      printf '${handMade.replaceAll("\n", "\\n")}' >/etc/postfix/main.cf
      systemctl restart postfix`,
    );
    hostKey = (await onHost(lab, "cat /etc/ssh/ssh_host_ed25519_key.pub")).trim();
  });

  afterAll(() => lab?.close());

  test("is not touched while its host key is another than the pinned one", async () => {
    expect(await eventually(greeting)).toBe("the old server");
    configure(stranger.public);
    const givenUp = new AbortController();
    const failure = failureOf(lab.up({ signal: givenUp.signal }));
    // The provider goes on trying for minutes, which is right for a server that still boots.
    await eventually(async () => expect((await sshLog()).match(/\[preauth\]/g)?.length).toBeGreaterThan(2));
    givenUp.abort();
    const error = await failure;
    expect(changes(error.result)).not.toContain("create relay-install");
    expect(await sshLog()).not.toMatch(/Accepted|session opened/);
    expect(await greeting()).toBe("the old server");
    expect(await onHost(lab, "cat /etc/postfix/main.cf")).toBe(handMade);
  });

  test("becomes a relay by way of a user who may use sudo", async () => {
    configure(hostKey);
    const result = await lab.up();
    const created = changes(result).filter((change) => /^create relay-(apply|install|proof|users)$/.test(change));
    expect(created.sort()).toEqual(steps.map((step) => `create ${step}`));
    expect(await lab.cloud.droplets()).toHaveLength(1);
    expect(await sshLog()).toMatch(/Accepted publickey for admin/);
    expect(await sshLog()).not.toMatch(/Accepted publickey for root/);

    const outputs = await lab.outputs();
    expect(outputs).toMatchObject({ address, dropletId: "", hostname: "relay.example.test" });
    expect((outputs.proof as Proof).warnings).toEqual([
      expect.stringContaining(`The reverse record of ${address} is old.example.test and not relay.example.test`),
      expect.stringContaining(`The A record of relay.example.test is none and not ${address}, from where mail leaves`),
    ]);
    await submit(lab, "alice", outputs.logins.alice!, "from a server of one's own");
    await untilDelivered(lab, "from a server of one's own");
    expect(changes(await lab.up())).toEqual([]);
  });

  test("keeps its own fail2ban beside the relay's, for it was there before", async () => {
    const states = (unit: string) => onHost(lab, `systemctl is-enabled ${unit}; systemctl is-active ${unit}`);
    expect(await states("fail2ban")).toBe("enabled\nactive\n");
    expect(await states("mail-relay-ban")).toBe("enabled\nactive\n");
  });

  test("shows its log without addresses to the command, which comes by the same way", async () => {
    const command = new MailRelayCommand((await lab.outputs()).ssh);
    try {
      const { code, stdout } = await command.run("--mask", "logs", "--status", "sent", "--json");
      expect(code).toBe(0);
      expect(stdout).toContain("to=<b…@receiver.test>");
      expect(stdout).not.toContain("bob@");
    } finally {
      command.close();
    }
  });

  test("keeps the configuration that it had, out of the way", async () => {
    expect(await greeting()).toMatch(/^relay\.example\.test ESMTP/);
    expect(await onHost(lab, "cat /etc/postfix/generations/original/main.cf")).toBe(handMade);
    await onHost(lab, "cmp /usr/share/postfix/master.cf.dist /etc/postfix/generations/original/master.cf");
    expect(await onHost(lab, "readlink /etc/postfix/main.cf")).toBe("/etc/postfix/generations/current/main.cf\n");
  });

  test("serves on when the stack is destroyed: it was there before", async () => {
    await lab.destroy();
    expect(await greeting()).toMatch(/^relay\.example\.test ESMTP/);
    expect(await lab.cloud.droplets()).toHaveLength(1);
  });
});
