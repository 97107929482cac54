import fc from "fast-check";
import { normaliseNetwork, parseNetwork } from "../../../../components/settings/addresses";
import { resolve } from "../../../../components/settings/resolve";
import { describeIssues, validate, validateSecrets } from "../../../../components/settings/validate";
import { fullInput, issuesOf } from "../fixtures";

test("a full and a minimal input have no issue", () => {
  expect(issuesOf()).toEqual([]);
  const minimal = { myHostname: "relay.example.com", users: [{ login: "a" }], host: { address: "192.0.2.1", hostKey } };
  expect(validate(minimal)).toEqual([]);
});

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG0000000000000000000000000000000000000000000";

const droplet = { region: "fra1", sshSources: ["192.0.2.1"] };

const cases: [string, object, string, RegExp][] = [
  ["no host name", { myHostname: undefined }, "myHostname", /^missing; .*relay\.example\.com/],
  ["a bare host name", { myHostname: "relay", myDomain: undefined }, "myHostname", /"relay" is not a fully qualified/],
  ["a name with underscore", { myHostname: "re_lay.example.com" }, "myHostname", /"re_lay\.example\.com"/],
  ["an address as name", { myHostname: "192.0.2.1" }, "myHostname", /"192\.0\.2\.1" is not/],
  ["a bad domain", { myDomain: "example" }, "myDomain", /"example" is not a domain name/],
  ["a banner without the name", { smtpBanner: "ESMTP" }, "smtpBanner", /"ESMTP" is not a greeting; begin it with/],
  ["a banner that says too little", { smtpBanner: "$myhostname" }, "smtpBanner", /\$myhostname ESMTP/],
  ["a banner of two lines", { smtpBanner: "$myhostname ESMTP a\nb" }, "smtpBanner", /printable/],
  ["a banner with a comment", { smtpBanner: "$myhostname ESMTP # hello" }, "smtpBanner", /without #/],
  ["a login with realm", { users: [{ login: "a@b" }] }, "users[0].login", /"a@b" is not a login/],
  ["an empty login", { users: [{ login: "" }] }, "users[0].login", /"" is not a login/],
  ["a login twice, apart from case", { users: [{ login: "a" }, { login: "A" }] }, "users[1].login", /apart from case/],
  ["a login twice", { users: [{ login: "a" }, { login: "a" }] }, "users[1].login", /already users\[0\]/],
  ["nobody to send", { users: [], myNetworks: [] }, "users", /nobody could send/],
  ["everybody", { myNetworks: ["0.0.0.0/0"] }, "myNetworks[0]", /wider than \/8 and would make an open relay/],
  ["every IPv6", { myNetworks: ["::/0"] }, "myNetworks[0]", /wider than \/32/],
  ["everybody in mapped form", { myNetworks: ["::ffff:0.0.0.0/96"] }, "myNetworks[0]", /wider than \/8/],
  ["host bits", { myNetworks: ["10.0.0.1/8"] }, "myNetworks[0]", /write 10\.0\.0\.0\/8/],
  ["a name as network", { myNetworks: ["example.com"] }, "myNetworks[0]", /not an address or CIDR range/],
  ["a short address", { myNetworks: ["10.1/16"] }, "myNetworks[0]", /not an address or CIDR range/],
  ["a prefix too long", { myNetworks: ["192.0.2.0/33"] }, "myNetworks[0]", /not an address or CIDR range/],
  ["no smart host name", { relayHost: {} }, "relayHost.host", /^missing/],
  ["a bracketed smart host", { relayHost: { host: "[smtp.example.net]" } }, "relayHost.host", /without brackets/],
  ["port 0", { relayHost: { host: "a.example", port: 0 } }, "relayHost.port", /0 is not a TCP port/],
  [
    "a login with colon",
    { relayHost: { host: "a.example", login: "a:b", password: true } },
    "relayHost.login",
    /"a:b" cannot/,
  ],
  ["neither droplet nor host", { droplet: undefined }, "droplet", /missing; give droplet/],
  ["both", { host: { address: "192.0.2.1", hostKey, privateKey: true } }, "host", /exactly one/],
  ["no region", { droplet: { sshSources: ["192.0.2.1"] } }, "droplet.region", /missing/],
  ["a region of two lines", { droplet: { ...droplet, region: "fra1\n" } }, "droplet.region", /is not a slug/],
  [
    "an image with a space",
    { droplet: { ...droplet, image: "ubuntu 24" } },
    "droplet.image",
    /"ubuntu 24" is not a slug/,
  ],
  ["no SSH source", { droplet: { region: "fra1" } }, "droplet.sshSources", /missing; list the CIDR/],
  ["the mail domain as destination", { myDestination: ["Example.com"] }, "myDestination[0]", /must leave the relay/],
  ["a bad destination", { myDestination: ["a b"] }, "myDestination[0]", /"a b" is not a host name/],
  ["a bad alias", { aliases: { Root: "root" } }, "aliases.Root", /"Root" is not an account name/],
  [
    "an alias to two of which one is none",
    { aliases: { root: "ops@example.net, /etc/passwd" } },
    "aliases.root",
    /^"\/etc\/passwd" is neither an address nor an account/,
  ],
  ["an alias that ends in a comma", { aliases: { root: "ops@example.net," } }, "aliases.root", /^"" is neither/],
  ["an alias to a program", { aliases: { root: "|/bin/sh" } }, "aliases.root", /neither an address nor an account/],
  ["an alias to a file", { aliases: { root: "/root/mbox" } }, "aliases.root", /neither an address nor an account/],
  ["an alias to a list", { aliases: { root: ":include:/root/list" } }, "aliases.root", /neither an address nor an/],
  ["a program as an address", { aliases: { root: "|touch${IFS}/x@example.test" } }, "aliases.root", /a command to run/],
  ["a file as an address", { aliases: { root: "/C=../@gw.example.com" } }, "aliases.root", /a file to write/],
  [
    "no listener at all",
    { users: [], myNetworks: ["192.0.2.0/24"], listeners: { smtp: false, submission: false } },
    "listeners",
    /every listener is off/,
  ],
  ["no login listener", { listeners: { submission: false } }, "listeners", /no listener takes logins/],
  [
    "an unknown mechanism",
    { sasl: { mechanisms: ["PLAIN", "XOAUTH2"] } },
    "sasl.mechanisms[1]",
    /"XOAUTH2" is not possible; use PLAIN/,
  ],
  ["only unprovable mechanisms", { sasl: { mechanisms: ["NTLM"] } }, "sasl.mechanisms", /add one/],
  ["a bad SASL path", { sasl: { path: "../x" } }, "sasl.path", /use smtpd, cyrus/],
  ["a further realm that is none", { sasl: { alsoRealms: ["a b"] } }, "sasl.alsoRealms[0]", /"a b" is not a realm/],
  [
    "a further realm that is the realm",
    { myDomain: "Example.com", sasl: { alsoRealms: ["old.example", "example.com"] } },
    "sasl.alsoRealms[1]",
    /is the realm already/,
  ],
  [
    "a further realm twice",
    { sasl: { alsoRealms: ["old.example", "old.example"] } },
    "sasl.alsoRealms[1]",
    /already sasl\.alsoRealms\[0\]/,
  ],
  ["a bad realm", { sasl: { realm: "a b" } }, "sasl.realm", /"a b" is not a realm/],
  ["a bad password check", { sasl: { passwordCheck: "pam" } }, "sasl.passwordCheck", /use auxprop, saslauthd/],
  ["a bad database", { sasl: { database: "sql" } }, "sasl.database", /use chrootOnly, shared/],
  ["threads for nobody", { sasl: { threads: 5 } }, "sasl.threads", /only saslauthd/],
  ["no thread", { sasl: { passwordCheck: "saslauthd", threads: 0 } }, "sasl.threads", /0 is not a number of processes/],
  [
    "saslauthd looking into the chroot",
    { sasl: { passwordCheck: "saslauthd", database: "chrootOnly" } },
    "sasl.database",
    /reads \/etc\/sasldb2/,
  ],
  [
    "saslauthd and a challenge",
    { sasl: { passwordCheck: "saslauthd", mechanisms: ["PLAIN", "CRAM-MD5"] } },
    "sasl.mechanisms[1]",
    /saslauthd cannot check CRAM-MD5/,
  ],
  [
    "saslauthd and two passwords",
    {
      sasl: { passwordCheck: "saslauthd" },
      users: [{ login: "a", previousPassword: true, previousPasswordUntil: "2026-12-31" }],
    },
    "users[0].previousPassword",
    /one password a login/,
  ],
  [
    "a day that is none",
    { users: [{ login: "a", previousPassword: true, previousPasswordUntil: "2026-02-30" }] },
    "users[0].previousPasswordUntil",
    /"2026-02-30" is not a day/,
  ],
  [
    "an hour",
    { users: [{ login: "a", previousPassword: true, previousPasswordUntil: "2026-12-31T12:00" }] },
    "users[0].previousPasswordUntil",
    /year, month and day/,
  ],
  ["a bad sender", { users: [{ login: "a", allowedSenders: ["b"] }] }, "users[0].allowedSenders[0]", /@domain/],
  ["a drain too long", { droplet: { ...droplet, drainSeconds: 1201 } }, "droplet.drainSeconds", /from 0 to 1200/],
  ["a drain of less than nothing", { droplet: { ...droplet, drainSeconds: -1 } }, "droplet.drainSeconds", /-1 is not/],
  ["half a second", { droplet: { ...droplet, drainSeconds: 0.5 } }, "droplet.drainSeconds", /whole number/],
  ["a bad SSH source", { droplet: { region: "fra1", sshSources: ["me"] } }, "droplet.sshSources[0]", /"me" is not/],
  [
    "an SSH source as Postfix writes it",
    { droplet: { region: "fra1", sshSources: ["2001:db8::/48", "[2001:db8::]/48"] } },
    "droplet.sshSources[1]",
    /"\[2001:db8::\]\/48" is not an address or CIDR range, for example 192\.0\.2\.0\/24 or 2001:db8::\/64/,
  ],
];

test.each(cases)("%s is refused with option, value and way out", (_, change, path, message) => {
  const issues = issuesOf(change);
  expect(issues.map((issue) => issue.path)).toEqual([path]);
  expect(issues[0]?.message).toMatch(message);
});

test("a host without pinned key is refused", () => {
  const issues = issuesOf({ droplet: undefined, host: { address: "192.0.2.1", privateKey: true } });
  expect(issues).toEqual([
    { path: "host.hostKey", message: expect.stringContaining("ssh_host_ed25519_key.pub") as string },
  ]);
});

test("one error names every problem", () => {
  const issues = validate({ myHostname: "x", users: [{ login: "a b" }], myNetworks: ["0.0.0.0/0"] });
  const text = describeIssues("relay", issues);
  expect(text).toMatch(/^MailRelay "relay": 4 problems with its arguments, nothing was changed:\n/);
  for (const path of ["myHostname", "users[0].login", "myNetworks[0]", "droplet"])
    expect(text).toContain(`  - ${path}: `);
});

test("secrets are checked and never quoted", () => {
  const bad = ["", "canary\n", "canary".repeat(50)];
  const issues = validateSecrets({ passwords: bad, relayHostPassword: "canary\0", alertWebhook: "canary" });
  expect(issues.map(({ path }) => path)).toEqual([
    "users[0].password",
    "users[1].password",
    "users[2].password",
    "relayHost.password",
    "alerts.webhook",
  ]);
  expect(JSON.stringify(issues)).not.toContain("canary");
  expect(validateSecrets({ passwords: ["käse und % $`\"'", undefined] })).toEqual([]);
});

test("whatever is accepted as a network renders to one Postfix accepts and means the same", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4Extended(), fc.ipV4(), fc.ipV6()),
      fc.integer({ min: 0, max: 130 }),
      (address, prefix) => {
        for (const text of [address, `${address}/${prefix}`]) {
          if (!parseNetwork(text)) continue;
          const normal = normaliseNetwork(text);
          expect(normal).toMatch(/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])\/\d+$/);
          expect(normaliseNetwork(normal)).toBe(normal);
        }
      },
    ),
  );
});

test("the defaults are the safe ones", () => {
  const settings = resolve(
    {
      myHostname: "Relay.Example.COM",
      users: [{ login: "a" }],
      droplet: { region: "fra1", sshSources: ["192.0.2.1"] },
    },
    "2026-06-15",
  );
  expect(settings).toMatchObject({
    myHostname: "relay.example.com",
    myDomain: "example.com",
    sasl: {
      realm: "example.com",
      localDomain: "example.com",
      mechanisms: ["PLAIN", "LOGIN"],
      brokenClients: false,
      store: "chrootOnly",
    },
    keepUnmanagedUsers: false,
    listeners: ["smtp", "submission"],
    users: [{ login: "a", overlap: "none", allowedSenders: ["a@example.com"] }],
    myNetworks: ["127.0.0.0/8", "[::1]/128"],
    relayHost: undefined,
    droplet: { size: "s-1vcpu-1gb", image: "ubuntu-24-04-x64", tags: [] },
  });
});

test("resolving leaves its input as it was", () => {
  const input = Object.freeze(fullInput());
  Object.freeze(input.myNetworks);
  Object.freeze(input.droplet);
  expect(() => resolve(input, "2026-06-15")).not.toThrow();
});
