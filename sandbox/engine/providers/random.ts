/** The `random` package: passwords, strings and ids that stay the same until an input changes. */
import { randomBytes, randomInt } from "node:crypto";
import type { Props, Value } from "../embedded/values";
import { diffInputs, type Created, type Provider, type ResourceKind } from "./provider";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const NUMERIC = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** A kind with nothing behind it: every change makes a new value. */
function generated(make: (inputs: Props) => Created, rest: Partial<ResourceKind> = {}): ResourceKind {
  return {
    check: (inputs) => inputs,
    diff: (old, inputs) => diffInputs(old, inputs, "all"),
    create: (inputs) => Promise.resolve(make(inputs)),
    delete: () => Promise.resolve(),
    ...rest,
  };
}

/** What the original plans for arguments that are not given. */
const CHARACTER_DEFAULTS: Props = {
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

function checkLength(inputs: Props): Props {
  const settings = { ...CHARACTER_DEFAULTS, ...inputs };
  const least = ["minLower", "minUpper", "minNumeric", "minSpecial"].reduce(
    (sum, key) => sum + Number(settings[key]),
    0,
  );
  if (typeof inputs.length === "number" && (inputs.length < 1 || inputs.length < least)) {
    throw new Error(`length (${inputs.length}) must be at least 1 and at least the sum of the minimums (${least})`);
  }
  return inputs;
}

function characters(settings: Props): Props & { result: string } {
  // `number` is the old name of `numeric`.
  const numeric = settings.numeric ?? settings.number;
  const classes: [wanted: Value | undefined, least: Value | undefined, letters: string][] = [
    [settings.lower, settings.minLower, LOWER],
    [settings.upper, settings.minUpper, UPPER],
    [numeric, settings.minNumeric, NUMERIC],
    [
      settings.special,
      settings.minSpecial,
      typeof settings.overrideSpecial === "string" ? settings.overrideSpecial : SPECIAL,
    ],
  ];
  const chosen: string[] = [];
  for (const [, least, letters] of classes) {
    chosen.push(...pick(letters, Number(least ?? 0)));
  }
  const all = classes.map(([wanted, , letters]) => (wanted === true ? letters : "")).join("");
  if (all === "") {
    throw new Error("at least one class of characters must be allowed");
  }
  chosen.push(...pick(all, Number(settings.length) - chosen.length));
  return { ...settings, result: shuffle(chosen).join("") };
}

function pick(letters: string, count: number): string[] {
  return Array.from({ length: count }, () => letters.charAt(randomInt(letters.length)));
}

function shuffle(items: string[]): string[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [result[index], result[other]] = [result[other] as string, result[index] as string];
  }
  return result;
}

function randomId(inputs: Props): Created {
  const bytes = randomBytes(Number(inputs.byteLength));
  const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
  const hex = bytes.toString("hex");
  const outputs = {
    ...inputs,
    hex: prefix + hex,
    dec: prefix + BigInt(`0x${hex}`).toString(),
    b64Std: prefix + bytes.toString("base64"),
    b64Url: prefix + bytes.toString("base64url"),
  };
  return { id: bytes.toString("base64url"), outputs };
}

/** RandomPassword (without its bcrypt hash), RandomString and RandomId. */
export function randomProvider(): Provider {
  const withDefaults = (inputs: Props) => characters({ ...CHARACTER_DEFAULTS, ...inputs });
  return {
    kinds: {
      "random:index/randomPassword:RandomPassword": generated(
        (inputs) => ({ id: "none", outputs: withDefaults(inputs) }),
        { check: checkLength, secretOutputs: ["result"] },
      ),
      "random:index/randomString:RandomString": generated(
        (inputs) => {
          const outputs = withDefaults(inputs);
          return { id: outputs.result, outputs };
        },
        { check: checkLength },
      ),
      "random:index/randomId:RandomId": generated(randomId),
    },
  };
}
