import packageSchema from "../schema.json";
import { apart } from "./input";

/** The description of `MailRelayArgs` that the SDK's analyzer makes of the interfaces, see `npm run schema`. */

/** A property in Pulumi's schema; `plain` ones cannot be Outputs. */
export interface Property {
  type?: string;
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  plain?: boolean;
  optional?: boolean;
  description?: string;
}

/** What a property takes. */
export type Kind =
  | { is: "text" | "number" | "flag" }
  | { is: "choice"; values: string[] }
  | { is: "list"; items: Property }
  | { is: "map"; items: Property }
  | { is: "group"; properties: Record<string, Property> };

interface TypeSchema {
  enum?: { value: string }[];
  properties?: Record<string, Property>;
}

interface PackageSchema {
  resources: Record<string, { inputProperties: Record<string, Property> }>;
  types: Record<string, TypeSchema>;
}

const { resources, types } = packageSchema as PackageSchema;

/** All arguments as one group. */
export const relayArguments: Property = { type: "arguments" };

const argumentProperties = Object.entries(resources).find(([token]) => token.endsWith(":MailRelay"))![1]
  .inputProperties;

/** The properties of the arguments by name. */
export function argumentNames(): string[] {
  return Object.keys(argumentProperties);
}

export function kindOf(property: Property): Kind {
  if (property === relayArguments) return { is: "group", properties: argumentProperties };
  if (property.$ref !== undefined) {
    const type = types[property.$ref.replace("#/types/", "")];
    if (type?.enum) return { is: "choice", values: type.enum.map(({ value }) => value) };
    return { is: "group", properties: type?.properties ?? {} };
  }
  if (property.items) return { is: "list", items: property.items };
  if (property.additionalProperties) return { is: "map", items: property.additionalProperties };
  if (property.type === "string") return { is: "text" };
  return { is: property.type === "boolean" ? "flag" : "number" };
}

/** Whether the value of an option is kept apart from settings. */
export function isApart(name: string): boolean {
  return (apart as readonly string[]).includes(name);
}

/** Whether a value of this kind can hold a secret, so that it must not be shown. */
export function holdsSecrets(property: Property): boolean {
  const kind = kindOf(property);
  if (kind.is === "list" || kind.is === "map") return holdsSecrets(kind.items);
  if (kind.is !== "group") return false;
  return Object.entries(kind.properties).some(([name, inner]) => isApart(name) || holdsSecrets(inner));
}

/** Whether a value can be a group of options or a map: a plain object, and no list, date or the like. */
export function isGroup(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** What becomes of the value of an option; items of lists have no name. */
type Change = (value: unknown, property: Property, name: string) => unknown;

/** A copy in which the options of a group, or the items of a list, are changed. What has another shape stays as it is. */
export function mapOptions(given: unknown, property: Property, change: Change): unknown {
  const kind = kindOf(property);
  if (kind.is === "list" && Array.isArray(given)) return given.map((item: unknown) => change(item, kind.items, ""));
  if (kind.is !== "group" || !isGroup(given)) return given;
  const entries = Object.entries(given).map(([name, value]) => {
    const option = Object.hasOwn(kind.properties, name) ? kind.properties[name] : undefined;
    return [name, option && value !== undefined ? change(value, option, name) : value] as const;
  });
  return Object.fromEntries(entries);
}
