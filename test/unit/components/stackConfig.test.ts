import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { defaults } from "../../../components/settings/defaults";
import { argumentNames, kindOf, Property } from "../../../components/settings/schema";
import { configuredArgs } from "../../../components/stackConfig";
import { fullSettings } from "./fixtures";
import schema from "../../../components/schema.json";

const inputs = Object.values(schema.resources)[0]!.inputProperties as Record<string, Property>;

const configured = (config: Record<string, unknown>) => {
  const texts = Object.entries(config).map(([key, value]) => [
    `relay-program:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig({
    "digitalocean:token": "canary",
    ...(Object.fromEntries(texts) as Record<string, string>),
  });
  return configuredArgs(new pulumi.Config("relay-program"));
};

/** A value of the kind that an argument takes. */
const samples: Record<string, unknown> = {
  text: "a.example",
  number: 7,
  flag: true,
  list: [{ a: 1 }],
  map: { a: "b" },
  group: { a: 1 },
};

test("every argument of the schema is read, as the kind it is", () => {
  const config = Object.fromEntries(
    argumentNames().map((name) => {
      const kind = kindOf(inputs[name]!);
      return [name, kind.is === "choice" ? kind.values[0] : samples[kind.is]];
    }),
  );
  expect(configured(config)).toEqual(config);
});

test.each([
  ["driftChek", /relay-program:driftChek is not an option; did you mean driftCheck\?/],
  ["password", /relay-program:password is not an option; use one of myHostname, /],
  ["constructor", /relay-program:constructor is not an option/],
])("the key %s is refused", (key, message) => {
  const wrong = () => configured({ myHostname: "relay.example.com", [key]: "canary" });
  expect(wrong).toThrow(pulumi.RunError);
  expect(wrong).toThrow(message);
  expect(wrong).not.toThrow(/canary/);
});

test.each<[string, unknown, RegExp]>([
  ["driftCheck", "no", /driftCheck.* is not a valid boolean/],
  ["logDays", "week", /logDays.* is not a valid number/],
  ["users", "alice", /users.* is not a valid JSON object/],
])("%s cannot be %j", (key, value, message) => {
  const wrong = () => configured({ myHostname: "relay.example.com", [key]: value });
  expect(wrong).toThrow(pulumi.RunError);
  expect(wrong).toThrow(message);
});

interface Declaration {
  type: string;
  items?: { type: string };
  default?: unknown;
  description: string;
}

const file = load(fs.readFileSync(path.join(__dirname, "../../../Pulumi.yaml"), "utf8")) as {
  name: string;
  config: Record<string, Declaration>;
};
const declared = Object.entries(file.config).map(([key, entry]) => [key.split(":")[1]!, entry] as const);

test("Pulumi.yaml declares the kinds that the schema says, and describes each key", () => {
  const types = { text: "string", list: "array", map: "object", group: "object", number: "integer", flag: "boolean" };
  for (const [name, { type, items, description }] of declared) {
    const kind = kindOf(inputs[name]!);
    expect([name, type]).toEqual([name, types[kind.is as keyof typeof types]]);
    const item = kind.is === "list" ? types[kindOf(kind.items).is as keyof typeof types] : undefined;
    expect([name, items?.type]).toEqual([name, item]);
    expect(description.length).toBeGreaterThan(20);
  }
  const structured = argumentNames().filter((name) => ["list", "map", "group"].includes(kindOf(inputs[name]!).is));
  // For these {} is a choice, and a key that is declared cannot be left out.
  const undeclared = structured.filter((name) => !declared.some(([key]) => key === name));
  expect(undeclared.sort()).toEqual(["dkim", "resolver"]);
});

test("what Pulumi.yaml gives a stack that says nothing means nothing", () => {
  const config = Object.fromEntries(declared.map(([name, entry]) => [name, entry.default ?? "relay.example.com"]));
  const { myHostname, users, myDestination, blockLists, ...rest } = configured(config);
  expect([myHostname, users]).toEqual(["relay.example.com", []]);
  expect(myDestination).toEqual(fullSettings().myDestination);
  expect(blockLists).toEqual(defaults.blockLists);
  const meaning = Object.values(rest).filter(
    (value) => value !== undefined && !["[]", "{}"].includes(JSON.stringify(value)),
  );
  expect(meaning).toEqual([]);
  for (const name of ["droplet", "host", "relayHost", "alerts", "mailboxes"])
    expect(rest).toHaveProperty(name, undefined);
});
