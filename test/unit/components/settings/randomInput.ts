import fc from "fast-check";
import { isApart, Kind, kindOf, Property, relayArguments } from "../../../../components/settings/schema";

/** Values that no option takes, or only some. */
const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    0.5,
    NaN,
    Infinity,
    2 ** 31,
    5n,
    "",
    "no",
    "#",
    "a b",
    "$x",
    "\n",
    "{}",
  ),
  fc.constantFrom<unknown>([], {}, [null], [[]], { a: 1 }, new Date(0), new Map(), () => 1, Symbol("s"), /x/),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary" }),
);

/** Texts that some option takes. */
const likely = fc.constantFrom(
  ...[
    "relay.example.com",
    "example.com",
    "a@example.com",
    "@example.com",
    "any",
    "alice",
    "192.0.2.0/28",
    "::1",
    "relay1",
  ],
  ...[
    "root",
    "fra1",
    "2026-12-31",
    "30s",
    "https://ca.example.net/",
    "$myhostname ESMTP",
    "User-Agent",
    "ses",
    "eu-west-1",
  ],
);

const name = fc.oneof(
  fc.constantFrom("root", "mailbox_size_limit", "transport_maps", "__proto__", "toString"),
  fc.string(),
);

/** Values along the schema, in which at any depth something may be wrong, missing or too much; `trouble` says how often. */
function valueOf(property: Property, trouble: number): fc.Arbitrary<unknown> {
  const right = rightValue(kindOf(property), trouble);
  return trouble === 0
    ? right
    : fc.oneof({ weight: 100 - trouble, arbitrary: right }, { weight: trouble, arbitrary: strange });
}

function rightValue(kind: Kind, trouble: number): fc.Arbitrary<unknown> {
  switch (kind.is) {
    case "text":
      return likely;
    case "number":
      return fc.constantFrom(0, 1, 10, 60, 443, 587, 1000, 86_400, 100_000);
    case "flag":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...kind.values);
    case "list":
      return fc.array(valueOf(kind.items, trouble), { maxLength: 3 });
    case "map":
      return fc.dictionary(name, valueOf(kind.items, trouble), { maxKeys: 2 });
    case "group":
      return fc.tuple(group(kind.properties, trouble), extra(trouble)).map(([known, more]) => ({ ...more, ...known }));
  }
}

function group(properties: Record<string, Property>, trouble: number): fc.Arbitrary<object> {
  const entries = Object.entries(properties).map(([key, property]) => {
    const value = isApart(key) ? fc.oneof(likely, strange) : valueOf(property, trouble);
    const given = property.optional ? fc.option(value, { nil: undefined, freq: 2 }) : value;
    return [key, trouble === 0 ? given : fc.oneof({ weight: 9, arbitrary: given }, fc.constant(undefined))] as const;
  });
  return fc.record(Object.fromEntries(entries));
}

/** Options that do not exist. */
function extra(trouble: number): fc.Arbitrary<object> {
  if (trouble === 0) return fc.constant({});
  const one = fc.dictionary(fc.string({ minLength: 1 }), strange, { minKeys: 1, maxKeys: 1 });
  return fc.oneof({ weight: 100 - trouble, arbitrary: fc.constant({}) }, { weight: trouble, arbitrary: one });
}

/** Random arguments, from nearly right ones to ones that are wrong nearly everywhere. */
export const randomArguments = fc.oneof(...[0, 3, 15, 50].map((trouble) => valueOf(relayArguments, trouble)), strange);
