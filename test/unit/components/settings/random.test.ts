import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "../../../../components";
import { checkPlainValues } from "../../../../components/inputs";
import { renderBundle } from "../../../../components/render/bundle";
import { inspect } from "../../../../components/settings/inspect";
import { resolve } from "../../../../components/settings/resolve";
import { factsOf, fullInput } from "../fixtures";
import { randomArguments } from "./randomInput";

/** What a program gets for its arguments: the paths of the issues, or files. */
function outcome(args: unknown, render = true): { paths: string[] } | { files: number } {
  try {
    checkPlainValues("relay", args as MailRelayArgs);
  } catch (error) {
    // Anything else is a fault of ours.
    if (!pulumi.RunError.isInstance(error)) throw error;
    const paths = [...error.message.matchAll(/^ {2}- (.*?): /gm)].map(([, path]) => path!);
    if (paths.length === 0 || paths.includes("")) throw new Error(`an error without a path: ${error.message}`);
    return { paths };
  }
  if (!render) return { files: 0 };
  const { input } = inspect(args);
  const bundles = Object.values(factsOf).map((facts) => renderBundle(resolve(input, "2026-06-15"), facts));
  const bodies = bundles.flatMap(({ files }) => files.map(({ body }) => body));
  const broken = bodies.find((body) => /\b(undefined|NaN)\b|\[object /.test(body));
  if (broken !== undefined) throw new Error(`rendered from nothing: ${broken}`);
  return { files: bodies.length };
}

const seeds = Array.from({ length: 250 }, (_, index) => index + 1);

test("250 seeds of random arguments give issues with paths, or files", () => {
  const table = seeds.map((seed) => {
    const [args] = fc.sample(randomArguments, { seed, numRuns: 1 });
    return { seed, ...outcome(args) };
  });
  expect(table.filter((row) => "paths" in row).length).toBeGreaterThan(150);
  const depths = table.flatMap((row) => ("paths" in row ? row.paths.map((path) => path.split(/[.[]/).length) : []));
  expect([1, 2, 3, 4, 5].filter((depth) => !depths.includes(depth))).toEqual([]);
  if (process.env.SHOW_SEEDS) console.table(table);
});

/** Every place in a value, as a path of keys. */
function places(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => places(inner).map((rest) => [key, ...rest]))];
}

function changed(value: unknown, [key, ...rest]: string[], put: unknown): unknown {
  if (key === undefined) return put;
  const inner = changed((value as Record<string, unknown>)[key], rest, put);
  return Array.isArray(value)
    ? Object.assign([...(value as unknown[])], { [key]: inner })
    : { ...(value as object), [key]: inner };
}

const everything = {
  ...fullInput(),
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
  relayRoutes: [{ senders: ["@a.example"], relayHost: { host: "smtp.example.net" } }],
  transports: [{ destinations: ["b.example"], relayHost: { host: "192.0.2.9", wrapperMode: true } }],
  rewriting: {
    canonical: [{ from: "@a.example", to: "@b.example" }],
    senders: [{ from: "a@c.example", to: "a@d.example" }],
  },
  headerChecks: [{ header: "Subject", pattern: "a", action: "warn", text: "b" }],
  aliases: { root: "ops@example.com" },
  postfixParameters: { maximal_queue_lifetime: "1d" },
  limits: { messageSize: 1_000_000, exempt: ["192.0.2.1"], ban: { failures: 3 } },
  sasl: { mechanisms: ["PLAIN", "LOGIN"], realm: "example.com" },
  tls: { acme: { email: "a@example.com", digitalOceanToken: "dop_v1_0a" } },
  alerts: { webhook: "https://hook.example.net", mail: "a@example.com", certificateShare: 0.3 },
  dkim: { domains: ["example.com"], selectors: [{ selector: "relay1" }] },
  dns: { zone: "example.com", ttl: 300 },
  manageDns: true,
  resolver: { forwarders: ["192.0.2.53"] },
  delivery: { concurrency: 5 },
  mailboxes: { host: "imap.example.com" },
  blockLists: ["zen.spamhaus.org"],
  droplet: {
    ...fullInput().droplet,
    alerts: { emails: ["a@example.com"] },
    sshKey: { fingerprint: "a", privateKey: "b" },
  },
};

test("arguments that use every kind of option render", () => {
  expect(outcome(everything)).toHaveProperty("files");
});

test.each([null, [], {}, 5, 0.5, "", "no", true, "text\nof two lines", [null], { a: 1 }])(
  "%j in any place of them gives issues with paths, or files",
  (value) => {
    const failed = places(everything).flatMap((place) => {
      try {
        outcome(changed(everything, place, value));
        return [];
      } catch (error) {
        return [`${place.join(".")}: ${(error as Error).message}`];
      }
    });
    expect(failed).toEqual([]);
  },
);

/** Paths of the issues when one place of the arguments is an Output. */
function whenOpen(place: string[]): string[] {
  const value = place.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], everything);
  const found = outcome(changed(everything, place, pulumi.output(value)), false);
  return "paths" in found ? found.paths : [];
}

test("every place of them can be an Output, but for what decides which resources exist", () => {
  const refused = places(everything)
    .filter((place) => place.length > 0)
    .flatMap(whenOpen);
  expect([...new Set(refused)].sort()).toEqual([
    "dkim",
    "dkim.domains",
    "dkim.domains[0]",
    "dkim.selectors",
    "dkim.selectors[0]",
    "dkim.selectors[0].selector",
    "dns",
    "droplet",
    "droplet.alerts",
    "droplet.sshKey",
    "manageDns",
    "relayHost",
    "users",
    "users[0]",
    "users[0].login",
  ]);
});
