import { renderBundle } from "../../../../components/render/bundle";
import { packageFiles, packageNames } from "../../../../components/render/packages";
import { services } from "../../../../components/services/list";
import { renderMainCf } from "../../../../components/postfix/mainCf";
import { renderMasterCf } from "../../../../components/postfix/masterCf";
import { RelayInput } from "../../../../components/settings/settings";
import { factsOf, fullParts, fullSettings } from "../fixtures";

const facts = factsOf["3.7"]!;
const off: Partial<RelayInput> = { limits: { recipientsPerHour: 0 }, hideClients: false };
const names = (change: Partial<RelayInput>) => services(fullSettings(change)).map(({ name }) => name);
const bodyOf = (change: Partial<RelayInput>, service: string, end: string) =>
  services(fullSettings(change))
    .find(({ name }) => name === service)!
    .files.find(({ path }) => path.endsWith(end))!.body;

/** Parameters of our own in main.cf, and those that master.cf refers to: Postfix warns of one that nobody uses. */
function ownParameters(change: Partial<RelayInput>): { defined: string[]; used: string[] } {
  const parts = fullParts(change);
  const found = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))];
  return {
    defined: found(renderMainCf(parts, facts), /^(login_\w+) =/gm).sort(),
    used: found(renderMasterCf(parts), /=\$(login_\w+)(?:,|$)/gm).sort(),
  };
}

/** For the probe listener too, which takes the place of any client. */
const senders = "login_sender_restrictions";
const milters = "login_milters";

test.each<[string, Partial<RelayInput>, string[]]>([
  ["by default", {}, ["login_data_restrictions", "login_header_checks", milters, senders]],
  ["without both options", off, [senders]],
  ["without a listener for logins", { users: [], listeners: { submission: false }, limits: { ban: {} } }, [senders]],
  [
    "for one limited login",
    { ...off, users: [{ login: "shop", recipientsPerHour: 9 }] },
    ["login_data_restrictions", milters, senders],
  ],
])("%s main.cf defines what master.cf uses", (_, change, expected) => {
  expect(ownParameters(change)).toEqual({ defined: expected, used: expected });
});

test("25 keeps its headers and is not counted", () => {
  const text = renderMasterCf(fullParts({ listeners: { submissions: true, alternate: true } }));
  const blocks = text.split(/\n(?=\S)/);
  const counted = blocks.filter((block) => block.includes("$login_data_restrictions"));
  expect(counted.map((block) => block.split(/\s/)[0])).toEqual(["submission", "submissions", "2525"]);
  const hidden = blocks.filter((block) => block.includes("cleanup_service_name"));
  expect(hidden).toEqual(counted);
});

test("header checks of the user's own still hold for logins", () => {
  const text = renderMainCf(fullParts({ postfixParameters: { header_checks: "regexp:/etc/checks" } }), facts);
  expect(text).toContain("login_header_checks = regexp:$config_directory/hide_clients, regexp:/etc/checks\n");
  expect(text).toContain("\nheader_checks = regexp:/etc/checks\n");
  const typed = fullParts({ headerChecks: [{ header: "User-Agent", action: "remove" }] });
  expect(renderMainCf(typed, facts)).toContain(
    "login_header_checks = regexp:$config_directory/hide_clients, regexp:$config_directory/header_checks\n",
  );
});

const counting = "{ unix:mail-relay/login-limit-end, default_action=accept }";
const checking = "{ inet:127.0.0.1:18892, default_action=tempfail }";
const own = { postfixParameters: { smtpd_milters: "inet:192.0.2.5:8891" } };

test.each<[string, Partial<RelayInput>, live: string, trial: string]>([
  ["by default", {}, counting, ""],
  ["with a milter of the user's", own, `inet:192.0.2.5:8891, ${counting}`, "inet:192.0.2.5:8891"],
  ["with checked headers", { headerFrom: "own" }, `${checking}, ${counting}`, checking],
  [
    "with signatures, which come after the check and before the count",
    { dkim: {} },
    `${checking}, inet:127.0.0.1:18891, ${counting}`,
    `${checking}, inet:127.0.0.1:18891`,
  ],
])("%s logins have these milters, and the trial counts nobody", (_, change, live, trial) => {
  const { files } = renderBundle(fullSettings(change), facts);
  const parameters = (path: string) => files.find((file) => file.path === path)!.body;
  const after = (milters: string) => `login_milters =${milters === "" ? "" : ` ${milters}`}\n`;
  expect(parameters("etc/main.cf")).toContain(after(live));
  expect(parameters("trial/main.cf")).toContain(after(trial));
  expect(parameters("trial/main.cf")).toContain("login_data_restrictions = reject_unauth_pipelining\n");
});

test("without anything to check or count logins have the milters of all", () => {
  expect(renderMasterCf(fullParts({ ...off, ...own }))).not.toContain("smtpd_milters");
});

test("the counter knows the realm and the logins with a number of their own", () => {
  const users = [{ login: "alice" }, { login: "shop", recipientsPerHour: 5 }, { login: "list", recipientsPerHour: 0 }];
  expect(JSON.parse(bodyOf({ users }, "login-limit", ".json"))).toEqual({
    realm: "example.com",
    alsoRealms: [],
    perHour: 1000,
    logins: { shop: 5, list: 0 },
  });
});

test("nobody is shut out unless somebody asks; then all listeners are closed to them and nobody exempt is", () => {
  expect(names({})).toEqual(["upgrades", "login-limit", "logs"]);
  expect(packageNames(fullParts())).not.toContain("fail2ban");
  const limits = { ban: { failures: 3, banMinutes: 7 }, exempt: ["198.51.100.7", "2001:db8:1::/48"] };
  expect(names({ limits })).toEqual(["upgrades", "login-limit", "ban", "room", "logs"]);
  expect(packageNames(fullParts({ limits }))).toEqual(expect.arrayContaining(["fail2ban", "nftables"]));
  expect(packageFiles(fullParts({ limits }))).toContainEqual({
    path: "masks",
    body: "fail2ban fail2ban.service\n",
    mode: 0o600,
  });
  const jail = bodyOf({ limits }, "ban", "jail.conf");
  expect(jail).toMatch(/^maxretry = 3\nfindtime = 10m\nbantime = 7m$/m);
  expect(jail).toMatch(
    /^ignoreip = 127\.0\.0\.0\/8 ::1\/128 192\.0\.2\.0\/28 2001:db8::\/48 198\.51\.100\.7\/32 2001:db8:1::\/48$/m,
  );
  const rules = bodyOf({ limits }, "ban", "table.nft").split("\n");
  expect(rules.filter((line) => /saddr/.test(line)).map((line) => line.trim())).toEqual([
    "ip6 saddr ::1/128 accept",
    "ip6 saddr 2001:db8::/48 accept",
    "ip6 saddr 2001:db8:1::/48 accept",
    "tcp dport { 25, 587 } ip saddr @banned reject with tcp reset",
    "tcp dport { 25, 587 } ip6 saddr @banned6 reject with tcp reset",
  ]);
});

test("nobody smuggles by a bare line feed but the devices that are named, where Postfix knows of it", () => {
  const exclusions = (change: Partial<RelayInput>, parameters = facts.parameters) =>
    /^smtpd_forbid_bare_newline_exclusions =(.*)$/m.exec(
      renderMainCf(fullParts(change), { ...facts, parameters }),
    )?.[1];
  expect(exclusions({})).toBe("");
  expect(exclusions({ limits: { bareNewline: ["192.0.2.5", "2001:db8::/64"] } })).toBe(
    " 192.0.2.5/32, [2001:db8::]/64",
  );
  expect(exclusions({}, [])).toBeUndefined();
});

test("only port 25 keeps STARTTLS from devices, and only from those", () => {
  const change = { limits: { noStartTls: ["192.0.2.5", "2001:db8::/64"] }, listeners: { submissions: true } };
  const { files } = renderBundle(fullSettings(change), facts);
  expect(files.find(({ path }) => path === "etc/no_starttls")?.body).toBe(
    "192.0.2.5/32 starttls\n2001:db8::/64 starttls\n",
  );
  const blocks = renderMasterCf(fullParts(change)).split(/\n(?=\S)/);
  const discarding = blocks.filter((block) => block.includes("smtpd_discard_ehlo_keyword_address_maps"));
  expect(discarding).toEqual([expect.stringMatching(/^smtp +inet /)]);
  expect(renderBundle(fullSettings(), facts).files.map(({ path }) => path)).not.toContain("etc/no_starttls");
});
