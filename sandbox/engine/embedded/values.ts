/**
 * Property values as they travel between the program and an engine: plain JSON in which an object with SIGNATURE_KEY
 * is special. The state file uses the same form, with a secret's value encrypted.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Props = Record<string, Value>;

export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Stands for a value that a preview cannot know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function isObject(value: Value | undefined): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasSignature(value: Value | undefined, signature: string): value is Props {
  return isObject(value) && value[SIGNATURE_KEY] === signature;
}

/** Applies `change` to every element of a list or object, and to nothing else. */
function mapChildren(value: Value, change: (child: Value, key: string) => Value): Value {
  if (Array.isArray(value)) {
    return value.map((child, index) => change(child, String(index)));
  }
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child, key)]));
  }
  return value;
}

function someChild(value: Value, test: (child: Value) => boolean): boolean {
  return isObject(value) || Array.isArray(value) ? Object.values(value).some(test) : false;
}

/** A secret of a secret is the same as a secret. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE_KEY]: SECRET, value };
}

export function isSecret(value: Value | undefined): boolean {
  return hasSignature(value, SECRET);
}

/** The value inside a secret's outermost wrapper; anything else as it is. */
export function unwrap(value: Value): Value {
  return hasSignature(value, SECRET) ? unwrap(value.value ?? null) : value;
}

export function containsSecret(value: Value): boolean {
  return isSecret(value) || someChild(value, containsSecret);
}

export function containsUnknown(value: Value): boolean {
  return value === UNKNOWN || someChild(value, containsUnknown);
}

/** Turns output values (known or not, secret or not, with dependencies) into the plain, unknown and secret forms. */
export function fromWire(value: Value): Value {
  if (hasSignature(value, SECRET)) {
    return secret(unwrap(fromWire(value.value ?? null)));
  }
  if (hasSignature(value, OUTPUT_VALUE)) {
    const inner = "value" in value ? fromWire(value.value ?? null) : UNKNOWN;
    return value.secret === true ? secret(inner) : inner;
  }
  return mapChildren(value, fromWire);
}

/** What a provider sees: no secret wrappers, and a resource reference as the resource's id (or URN if it has none). */
export function plain(value: Value): Value {
  if (isSecret(value)) {
    return plain(unwrap(value));
  }
  if (hasSignature(value, RESOURCE_REFERENCE)) {
    return value.id === "" ? UNKNOWN : (value.id ?? value.urn ?? null);
  }
  return mapChildren(value, plain);
}

export function plainProps(props: Props): Props {
  return plain(props) as Props;
}

/** Marks in `target` what is secret at the same place in `source`. */
export function withSecretsOf(target: Props, source: Props): Props {
  return markLike(target, source) as Props;
}

function markLike(target: Value, source: Value | undefined): Value {
  if (source === undefined || isSecret(target)) {
    return target;
  }
  if (isSecret(source)) {
    return secret(target);
  }
  const sameShape = Array.isArray(target) === Array.isArray(source);
  return isObject(source) || Array.isArray(source)
    ? mapChildren(target, (child, key) => (sameShape ? markLike(child, (source as Props)[key]) : child))
    : target;
}

/** Makes the named top-level properties secret. */
export function withSecretKeys(props: Props, keys: readonly string[]): Props {
  const marked = keys.filter((key) => key in props).map((key) => [key, secret(props[key] ?? null)]);
  return { ...props, ...(Object.fromEntries(marked) as Props) };
}

/** Equality of JSON values; the order of an object's keys means nothing. */
export function sameValue(one: Value | undefined, other: Value | undefined): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => key in other && sameValue((one as Props)[key], (other as Props)[key]))
  );
}

/** Top-level keys whose values differ, in alphabetical order. */
export function changedKeys(before: Props, after: Props): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.filter((key) => !sameValue(before[key], after[key]));
}

/** How a text is secret: not at all, by itself, or as part of a secret object or list. */
type Secrecy = "none" | "itself" | "within";

/** Every text in a value, with the key it stands under. */
export function* leaves(value: Value, key = "", secrecy: Secrecy = "none"): Generator<[string, string, Secrecy]> {
  if (typeof value === "string") {
    yield [value, key, secrecy];
  } else if (isSecret(value)) {
    yield* leaves(unwrap(value), key, "itself");
  } else if (isObject(value) || Array.isArray(value)) {
    for (const [childKey, child] of Object.entries(value)) {
      yield* leaves(child, childKey, secrecy === "none" ? "none" : "within");
    }
  }
}

/** Rebuilds a value with every secret's content replaced by what `change` makes of it. */
export function mapSecrets(value: Value, path: string, change: (content: Value, path: string) => Value): Value {
  if (isSecret(value)) {
    return change(unwrap(value), path);
  }
  return mapChildren(value, (child, key) => mapSecrets(child, `${path}/${key}`, change));
}

/** A secret as the state file holds it. */
export function sealedSecret(ciphertext: string): Value {
  return { [SIGNATURE_KEY]: SECRET, ciphertext };
}

/** A text or number as text; "" for anything else. */
export function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
