import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "./args";
import { isApart, kindOf, Property, relayArguments } from "./settings/schema";

/**
 * Arguments as another language sends them, with what must be plain taken out of its Output where it is known. A list
 * that is secret as a whole, such as `users` from a secret configuration key, gets its passwords marked secret instead.
 */
export async function knownInputs(inputs: unknown): Promise<MailRelayArgs> {
  return (await settle(inputs, relayArguments)) as MailRelayArgs;
}

/** What the SDK keeps to itself of an Output. */
interface Inner {
  isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
}

async function settle(given: unknown, property: Property): Promise<unknown> {
  if (!pulumi.Output.isInstance(given)) return eachInner(given, property, (value, inner) => settle(value, inner));
  const inner = given as unknown as Inner;
  if (!property.plain || !(await inner.isKnown)) return given;
  const value = await inner.promise();
  return settle((await pulumi.isSecret(given)) ? await markSecrets(value, property) : value, property);
}

async function markSecrets(given: unknown, property: Property): Promise<unknown> {
  return eachInner(given, property, (value, inner, name) =>
    isApart(name) ? Promise.resolve(pulumi.secret(value)) : markSecrets(value, inner),
  );
}

type Change = (value: unknown, property: Property, name: string) => Promise<unknown>;

/** A copy in which the values of known options are changed; what has another shape stays, for `inspect` to refuse. */
async function eachInner(given: unknown, property: Property, change: Change): Promise<unknown> {
  const kind = kindOf(property);
  if (kind.is === "list" && Array.isArray(given)) {
    return Promise.all(given.map((item: unknown) => change(item, kind.items, "")));
  }
  if (kind.is !== "group" || typeof given !== "object" || given === null || Array.isArray(given)) return given;
  const entries = Object.entries(given).map(async ([name, value]) => {
    const inner = Object.hasOwn(kind.properties, name) ? kind.properties[name] : undefined;
    return [name, inner && value !== undefined ? await change(value, inner, name) : value] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
