import { accounts } from "../../../../cli/doctor/accounts";
import { exposure } from "../../../../cli/doctor/exposure";
import { judge, type Check } from "../../../../cli/doctor/finding";
import { handmade } from "../../../../cli/doctor/handmade";
import { network } from "../../../../cli/doctor/network";
import { packages } from "../../../../cli/doctor/packages";
import { serving } from "../../../../cli/doctor/services";
import type { AccountsSeen, ExposureSeen, HandmadeSeen, NetworkSeen, PackagesSeen } from "../../../../cli/surroundings";

/** Findings as severity, id and what they name; each says what to do. */
function found<Seen>(checks: Check<Seen>[], seen: Seen): string[] {
  const { findings } = judge(checks, seen);
  expect(findings.every(({ todo }) => todo.length > 10)).toBe(true);
  return findings.map(({ severity, id, what }) => `${severity} ${id}: ${what}`);
}

const tidy: ExposureSeen = { copies: [], writable: [], privileged: [], lists: [], complete: true };
const untouched: HandmadeSeen = { files: [], shadowing: [] };
const expected: AccountsSeen = { roots: [], withoutPassword: [], readers: [], group: "postfix" };
const genuine: PackagesSeen = { changed: [], downgraded: [], held: [], upgradesOff: [] };
const open: NetworkSeen = { firewall: [], strangers: [], metadataOpen: false, kernel: [] };

test("a healthy host has no findings", () => {
  expect([
    ...found(exposure, tidy),
    ...found(handmade, untouched),
    ...found(accounts, expected),
    ...found(packages, genuine),
    ...found(network, open),
  ]).toEqual([]);
});

test.each<[change: Partial<ExposureSeen>, said: string]>([
  [
    { copies: [{ path: "/tmp/copy", what: "passwords of logins" }] },
    "fault secret-exposed: every user of the host can read passwords of logins in /tmp/copy",
  ],
  [{ writable: ["/usr/bin"] }, "fault writable-by-all: every user of the host can change /usr/bin"],
  [
    { privileged: ["/srv/sh"] },
    "fault setuid-program: /srv/sh runs as root for every user, and no package has brought it",
  ],
  [{ lists: ["/etc/key"] }, "fault access-list: /etc/key has an access control list, so more users can read it"],
])("exposure: %j", (change, said) => expect(found(exposure, { ...tidy, ...change })).toEqual([said]));

test.each<[change: Partial<HandmadeSeen>, said: RegExp]>([
  [{ files: ["/etc/cron.d/x"] }, /^warning changed-around: \/etc\/cron\.d\/x was changed since the last deploy/],
  [{ shadowing: ["/usr/local/bin/ls"] }, /^warning program-shadowed: \/usr\/local\/bin\/ls runs in place of/],
])("files changed by hand: %j", (change, said) =>
  expect(found(handmade, { ...untouched, ...change })).toEqual([expect.stringMatching(said)]),
);

test.each<[change: Partial<AccountsSeen>, said: string]>([
  [{ roots: ["toor"] }, "fault second-root: the account toor has root's user id"],
  [{ withoutPassword: ["guest"] }, "fault empty-password: the account guest has an empty password"],
  [
    { readers: ["games"] },
    "fault group-member: the account games is in the group postfix, so it can read the user database",
  ],
])("accounts: %j", (change, said) => expect(found(accounts, { ...expected, ...change })).toEqual([said]));

test.each<[change: Partial<PackagesSeen>, said: RegExp]>([
  [{ changed: ["/usr/sbin/postfix"] }, /^fault package-changed: \/usr\/sbin\/postfix is not the file/],
  [{ held: ["postfix"] }, /^warning package-held: the package postfix is held back/],
  [
    { downgraded: [{ name: "postfix", before: "3.7.11", now: "3.7.10" }] },
    /^warning package-downgraded: the package postfix was set back from 3\.7\.11 to 3\.7\.10/,
  ],
  [{ upgradesOff: ["apt-daily.timer is masked"] }, /^warning upgrades-off: .*: apt-daily\.timer is masked$/],
])("packages: %j", (change, said) =>
  expect(found(packages, { ...genuine, ...change })).toEqual([expect.stringMatching(said)]),
);

test.each<[change: Partial<NetworkSeen>, said: RegExp]>([
  [
    { firewall: [{ kind: "drops", port: 587, rule: "ip filter in" }] },
    /^fault firewall-drops: .* keeps all clients from port 587 \(ip filter in\)$/,
  ],
  [
    { firewall: [{ kind: "redirects", port: 2525, rule: "ip nat in" }] },
    /^warning firewall-redirects: .* sends port 2525 elsewhere \(ip nat in\)$/,
  ],
  [{ strangers: [{ port: 8080, program: "python3" }] }, /^warning port-unknown: python3 listens on port 8080/],
  [{ metadataOpen: true }, /^fault metadata-open: every process can read the droplet's user data/],
  [{ kernel: [{ name: "net.core.somaxconn", value: "8" }] }, /^warning kernel-setting: net\.core\.somaxconn is 8:/],
])("network: %j", (change, said) =>
  expect(found(network, { ...open, ...change })).toEqual([expect.stringMatching(said)]),
);

test("a process that stands still is a fault, whatever its unit says", () => {
  const services = { units: [{ unit: "postfix", enabled: "enabled", runs: true }], listeners: [], frozen: ["qmgr"] };
  const unknown = { problem: "not looked at" };
  expect(found(serving, { services, certificate: unknown, sasl: unknown })).toContain(
    "fault process-frozen: a process of the relay was stopped by a signal: qmgr",
  );
});
