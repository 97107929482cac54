import type { ResolvedArgs } from "../components/settings/input";
import type { Cloud, DnsRecord } from "./cloud/types";
import { SECRET_PROPERTIES, type ConfigValue } from "./engine/types";

/** The program's configuration, one key for each argument of MailRelay, as values rather than JSON text. */
type ProgramConfig = Required<Omit<ResolvedArgs, "droplet">> & {
  droplet: Partial<NonNullable<ResolvedArgs["droplet"]>>;
};

/** A smart host, as the arguments `relayHost`, `relayRoutes` and `transports` take it. */
export type RelayHostConfig = ProgramConfig["relayHost"];

/** Changes to the sandbox's own configuration; null takes a key away, and `droplet` is merged key by key. */
export type ConfigChanges = { [Key in keyof ProgramConfig]?: ProgramConfig[Key] | null };

/** Everybody's mail in the sandbox goes to the sink, which has this name. */
export const SINK_NAME = "mx.receiver.test";
/** The relay's own domain, and one of the world outside. */
const MAIL_DOMAINS = ["example.test", "receiver.test"];

/** What DNS says in every sandbox, with the sink at that address. */
export const sinkRecords = (address: string): DnsRecord[] => [
  { name: SINK_NAME, type: "A", value: address },
  ...MAIL_DOMAINS.map((name) => ({ name, type: "MX" as const, value: SINK_NAME })),
];

/** A relay as a first user would want it: two logins with generated passwords, one trusted client, a small droplet. */
export function programConfig(cloud: Cloud, changes: ConfigChanges = {}): Partial<ProgramConfig> {
  const config: ConfigChanges = {
    myHostname: "relay.example.test",
    myDomain: "example.test",
    users: [{ login: "alice" }, { login: "printer" }],
    // The sandbox's addresses are nobody's, and no list knows them.
    blockLists: [],
    myNetworks: [`${cloud.trustedClient}/32`],
    ...(changes.relayHost ? {} : { directDelivery: true }),
    ...changes,
    droplet: changes.droplet === null ? null : { ...droplet(cloud), ...changes.droplet },
  };
  const kept = Object.entries(config).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept);
}

const droplet = (cloud: Cloud): ProgramConfig["droplet"] => ({
  region: "fra1",
  size: "s-1vcpu-1gb",
  image: "ubuntu-24-04-x64",
  // Droplets see the sandbox host under its address on their own network.
  sshSources: [`${cloud.gateway}/32`],
});

/** The same in the form of a stack's configuration, with what the DigitalOcean provider needs to know. */
export function stackConfig(cloud: Cloud, token: string, config: Partial<ProgramConfig>): Record<string, ConfigValue> {
  const own = Object.entries(config).map(([key, value]) => [`pulumi-mail-relay:${key}`, configValue(value)] as const);
  return {
    "digitalocean:token": { value: token, secret: true },
    "digitalocean:apiEndpoint": { value: cloud.apiEndpoint, secret: false },
    ...Object.fromEntries(own),
  };
}

function configValue(value: unknown): ConfigValue {
  if (typeof value === "string") return { value, secret: false };
  const json = JSON.stringify(value);
  return { value: json, secret: SECRET_PROPERTIES.some((name) => json.includes(`"${name}":`)) };
}
