import type { PackageSpec, Property, Type } from "@pulumi/pulumi/provider/experimental/schema";

/**
 * Secret properties, as TYPE.PROPERTY; `MailRelay` are the outputs. An SDK then keeps them secret even when the program
 * does not say so.
 */
export const SECRETS = [
  "MailRelay.logins",
  "MailRelay.ssh",
  "User.password",
  "User.previousPassword",
  "Tls.privateKey",
  "Acme.digitalOceanToken",
  "RelayHost.password",
  "Alerts.webhook",
  "DkimSelector.privateKey",
  "SshKey.privateKey",
  "Host.privateKey",
  "SshAccess.privateKey",
];

/** The numbers that need not be whole. All others become `integer`, so that Go takes `pulumi.Int` and not `Float64`. */
const FRACTIONS = ["Alerts.certificateShare"];

type SecretProperty = Property & { secret?: boolean };

/**
 * Takes the suffix `Args` off the names of types. Every generated SDK adds it to the types of inputs, which made
 * `UserArgsArgs`.
 */
export function renameTypes(schema: PackageSpec): void {
  const renamed = Object.entries(schema.types).map(([token, type]) => [withoutSuffix(token), type] as const);
  schema.types = Object.fromEntries(renamed);
  if (Object.keys(schema.types).length !== renamed.length) {
    throw new Error("two types have the same name once the suffix Args is off");
  }
  eachProperty(schema, (_, property) => eachPart(property, renameReference));
}

/** Makes numbers whole, except for FRACTIONS. */
export function markIntegers(schema: PackageSpec): void {
  eachProperty(schema, (name, property) => {
    if (FRACTIONS.includes(name)) return;
    eachPart(property, (part) => {
      if ("type" in part && part.type === "number") part.type = "integer";
    });
  });
}

/** Marks SECRETS; one that does not exist is an error. */
export function markSecrets(schema: PackageSpec): void {
  const missing = new Set(SECRETS);
  eachProperty(schema, (name, property: SecretProperty) => {
    if (missing.delete(name)) property.secret = true;
  });
  if (missing.size > 0) throw new Error(`no such secret property: ${[...missing].join(", ")}`);
}

/** Calls `visit` with every property of types, inputs and outputs, named TYPE.PROPERTY. */
export function eachProperty(schema: PackageSpec, visit: (name: string, property: Property) => void): void {
  const resources = Object.entries(schema.resources).flatMap(([token, resource]) => [
    [token, resource.inputProperties] as const,
    [token, resource.properties] as const,
  ]);
  const types = Object.entries(schema.types).map(([token, type]) => [token, type.properties] as const);
  for (const [token, properties] of [...resources, ...types]) {
    const owner = token.split(":").at(-1);
    for (const [key, property] of Object.entries(properties ?? {})) visit(`${owner}.${key}`, property);
  }
}

/** Calls `visit` with a type and with those of its elements. */
function eachPart(type: Type, visit: (part: Type) => void): void {
  visit(type);
  for (const part of [type.items, type.additionalProperties]) {
    if (part !== undefined) eachPart(part, visit);
  }
}

function renameReference(part: Type): void {
  if ("$ref" in part) part.$ref = withoutSuffix(part.$ref);
}

function withoutSuffix(token: string): string {
  return token.replace(/Args$/, "");
}
