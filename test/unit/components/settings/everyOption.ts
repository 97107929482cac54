import { fullInput } from "../fixtures";

/** Arguments that use every kind of option. */
export const everything = {
  ...fullInput(),
  smtpBanner: "$myhostname ESMTP a",
  myDestination: ["$myhostname", "localhost"],
  alwaysBcc: "archive@example.com",
  users: [
    {
      login: "alice",
      password: "a",
      previousPassword: "b",
      previousPasswordUntil: "2026-12-31",
      allowedSenders: ["any"],
      recipientsPerHour: 5,
    },
  ],
  relayHost: {
    preset: "ses",
    region: "eu-west-1",
    login: "AKIAIOSFODNN7EXAMPLE",
    password: "a",
    tls: "verified",
    port: 2587,
  },
  relayRoutes: [
    { senders: ["@a.example"], relayHost: { host: "smtp.example.net" } },
    {
      senders: ["@c.example"],
      relayHost: { preset: "ses", region: "eu-west-1", login: "AKIAIOSFODNN7EXAMPLE", password: "c" },
    },
  ],
  transports: [
    { destinations: ["b.example"], relayHost: { host: "192.0.2.9", wrapperMode: true } },
    {
      destinations: [".d.example"],
      relayHost: { preset: "ses", region: "eu-west-1", login: "AKIAIOSFODNN7EXAMPLE", password: "e" },
    },
  ],
  rewriting: {
    canonical: [{ from: "@a.example", to: "@b.example" }],
    senders: [{ from: "b@a.example", to: "b@b.example" }],
    recipients: [{ from: "c@a.example", to: "c@b.example" }],
  },
  headerChecks: [{ header: "Subject", pattern: "a", action: "warn", text: "b" }],
  aliases: { root: "ops@example.com" },
  postfixParameters: { maximal_queue_lifetime: "1d" },
  limits: {
    messageSize: 1_000_000,
    exempt: ["192.0.2.1"],
    noStartTls: ["192.0.2.3"],
    bareNewline: ["192.0.2.4"],
    ban: { failures: 3 },
  },
  sasl: { mechanisms: ["PLAIN", "LOGIN"], realm: "example.com", alsoRealms: ["relay.example.com"] },
  tls: {
    acme: {
      email: "a@example.com",
      digitalOceanToken: "dop_v1_0a",
      directoryUrl: "https://acme.example.net/directory",
    },
  },
  alerts: { webhook: "https://hook.example.net", mail: "a@example.com", certificateShare: 0.3 },
  dkim: { domains: ["example.com"], selectors: [{ selector: "relay1" }] },
  dns: { zone: "example.com", ttl: 300, autoconfigHost: "autoconfig.example.com" },
  manageDns: true,
  resolver: { forwarders: ["192.0.2.53"], insecureDomains: ["internal.example"] },
  delivery: { concurrency: 5 },
  mailboxes: { host: "imap.example.com", userName: "%EMAILADDRESS%" },
  blockLists: ["zen.spamhaus.org"],
  droplet: {
    ...fullInput().droplet,
    size: "s-1vcpu-1gb",
    image: "debian-12-x64",
    vpcUuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4",
    project: "mail",
    tags: ["mail"],
    alerts: { emails: ["a@example.com"] },
    sshKey: { fingerprint: "a", privateKey: "b" },
  },
};

/** The same with those that exclude some of these. */
export const others = {
  ...everything,
  droplet: undefined,
  host: {
    address: "192.0.2.10",
    user: "root",
    privateKey: "a",
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx6vZxOVwEAlYJ3DWWmWlVNqLEAdOn6fOQMRXRjF9Yb",
  },
  relayHost: { host: "smtp.example.net", login: "account", password: "a" },
  // It changes mail after its signature.
  dkim: undefined,
  rewriting: { ...everything.rewriting, generic: [{ from: "a@c.example", to: "a@d.example" }] },
};

/** Every place in a value, as a path of keys. */
export function places(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => places(inner).map((rest) => [key, ...rest]))];
}

export function changed(value: unknown, [key, ...rest]: string[], put: unknown): unknown {
  if (key === undefined) return put;
  const inner = changed((value as Record<string, unknown>)[key], rest, put);
  return Array.isArray(value)
    ? Object.assign([...(value as unknown[])], { [key]: inner })
    : { ...(value as object), [key]: inner };
}
