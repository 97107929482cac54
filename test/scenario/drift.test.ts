import type { Lab } from "../../sandbox/lab";
import { changes, onHost, patience, submit, testLab, untilDelivered } from "./support";

jest.setTimeout(patience);

const database = "/var/spool/postfix/sasl/relay.db";

/** What somebody does to the host, what the check says of it, and what shows that it is repaired. */
const edits: [what: string, edit: string, said: RegExp, repaired: string][] = [
  [
    "mynetworks widened through the link",
    "sed -i --follow-symlinks 's|^mynetworks = |&0.0.0.0/0, |' /etc/postfix/main.cf; postfix reload",
    /drift: \/etc\/postfix\/main\.cf content: mynetworks is '0\.0\.0\.0\/0, .*' instead of '127/,
    "! postconf -h mynetworks | grep -F 0.0.0.0",
  ],
  [
    "mynetworks widened by postconf, which replaces the link",
    "postconf -e mynetworks=0.0.0.0/0; postfix reload",
    /drift: \/etc\/postfix\/main\.cf link/,
    "! postconf -h mynetworks | grep -F 0.0.0.0; test -L /etc/postfix/main.cf",
  ],
  [
    "a deleted SASL file",
    "rm -f $(readlink -f /etc/postfix/sasl/smtpd.conf)",
    /drift: \/etc\/postfix\/sasl\/smtpd\.conf/,
    "grep mech_list /etc/postfix/sasl/smtpd.conf",
  ],
  [
    "the chroot switched off",
    "postconf -F 'submission/inet/chroot=n'; postfix reload",
    /drift: \/etc\/postfix\/master\.cf/,
    "postconf -F submission/inet/chroot | grep -x 'submission/inet/chroot = y'",
  ],
  [
    "one more SASL user",
    `printf %s guest | saslpasswd2 -p -c -f ${database} -u example.test guest`,
    /drift: \S+relay\.db users: added guest@example\.test/,
    `! sasldblistusers2 -f ${database} | grep guest`,
  ],
  [
    "a database for everybody",
    `chmod 644 ${database}`,
    /drift: \S+relay\.db mode/,
    `stat -c %a ${database} | grep -x 640`,
  ],
  [
    "a private key for everybody",
    "chmod 644 /etc/postfix/tls/relay.pem; chmod 755 /etc/postfix/tls",
    /drift: \/etc\/postfix\/tls\/relay\.pem mode/,
    "stat -c %a /etc/postfix/tls/relay.pem | grep -x 600; stat -c %a /etc/postfix/tls | grep -x 700",
  ],
  [
    "a configuration for everybody to change",
    "chmod 666 $(readlink -f /etc/postfix/main.cf)",
    /drift: \/etc\/postfix\/main\.cf mode/,
    "stat -Lc %a /etc/postfix/main.cf | grep -x 644",
  ],
  [
    "a masked and stopped service",
    "systemctl mask --now postfix",
    /drift: postfix is masked\n.*drift: postfix does not run/s,
    "systemctl is-enabled postfix | grep -x enabled; ss -Hltn sport = :587 | grep .",
  ],
];

describe("a relay somebody has worked on by hand", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await testLab("drift", { config: { driftCheck: true } });
    await lab.up();
  });

  afterAll(() => lab?.close());

  test("without any change only the check runs", async () => {
    expect(changes(await lab.up())).toEqual(["update relay-drift"]);
  });

  test.each(edits)("%s is found, and repaired in the same up", async (_, edit, said, repaired) => {
    await onHost(lab, edit);
    const result = await lab.up();
    expect(result.text).toMatch(said);
    await onHost(lab, `set -o pipefail; ${repaired}`);
  });

  test("after all that the relay is as it was", async () => {
    expect(changes(await lab.up())).toEqual(["update relay-drift"]);
    const { logins } = await lab.outputs();
    await submit(lab, "alice", logins.alice!, "after the repairs");
    await untilDelivered(lab, "after the repairs");
  });

  test("what nobody asked to be looked for stays", async () => {
    lab.configure({});
    await lab.up();
    await onHost(lab, "chmod 640 $(readlink -f /etc/postfix/main.cf)");
    expect(changes(await lab.up())).toEqual([]);
    expect(await onHost(lab, "stat -Lc %a /etc/postfix/main.cf")).toBe("640\n");
  });
});
