import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "../../../../components";
import { checkPlainValues } from "../../../../components/inputs";
import { renderBundle } from "../../../../components/render/bundle";
import { inspect } from "../../../../components/settings/inspect";
import { resolve } from "../../../../components/settings/resolve";
import { factsOf } from "../fixtures";
import { changed, everything, places } from "./everyOption";
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
    "dns.autoconfigHost",
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
