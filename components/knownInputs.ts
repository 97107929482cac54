import * as pulumi from "@pulumi/pulumi";
import { MailRelayArgs } from "./args";
import { isApart, mapOptions, Property, relayArguments } from "./settings/schema";

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
  if (!pulumi.Output.isInstance(given)) return allOf(given, mapOptions(given, property, settle));
  const inner = given as unknown as Inner;
  if (!property.plain || !(await inner.isKnown)) return given;
  const value = await inner.promise();
  return settle((await pulumi.isSecret(given)) ? markSecrets(value, property) : value, property);
}

function markSecrets(given: unknown, property: Property): unknown {
  return mapOptions(given, property, (value, option, name) =>
    isApart(name) ? pulumi.secret(value) : markSecrets(value, option),
  );
}

/** Waits for what `mapOptions` made of a value. */
async function allOf(given: unknown, mapped: unknown): Promise<unknown> {
  if (mapped === given) return given;
  if (Array.isArray(mapped)) return Promise.all(mapped);
  const entries = Object.entries(mapped as object).map(async ([name, value]) => [name, await value] as const);
  return Object.fromEntries(await Promise.all(entries));
}
