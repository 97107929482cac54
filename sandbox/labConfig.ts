import type { RelayHostInput } from "../components/settings/outgoing";
import type { AcmeInput, LimitsInput } from "../components/settings/settings";
import type { Cloud } from "./cloud/types";
import { SECRET_PROPERTIES, type ConfigValue } from "./engine/types";

/** A smart host, as the arguments `relayHost`, `relayRoutes` and `transports` take it. */
export type RelayHostConfig = RelayHostInput & { password?: string };

/** The program's configuration, one key for each argument of MailRelay, as values rather than JSON text. */
export interface ProgramConfig {
  myHostname: string;
  myDomain: string;
  users: {
    login: string;
    password?: string;
    previousPassword?: string;
    previousPasswordUntil?: string;
    allowedSenders?: string[];
    recipientsPerHour?: number;
  }[];
  keepUnmanagedUsers: boolean;
  driftCheck: boolean;
  myNetworks: string[];
  listeners: { smtp?: boolean; submission?: boolean; submissions?: boolean; alternate?: boolean };
  sasl: {
    path?: string;
    realm?: string;
    mechanisms?: string[];
    brokenClients?: boolean;
    passwordCheck?: string;
    threads?: number;
    database?: string;
  };
  tls: {
    certificate?: string;
    privateKey?: string;
    acme?: Omit<AcmeInput, "digitalOceanToken"> & { digitalOceanToken?: string };
  };
  aliases: Record<string, string>;
  postfixParameters: Record<string, string>;
  limits: LimitsInput;
  hideClients: boolean;
  mailboxes: { host: string; port?: number; userName?: string };
  unattendedUpgrades: boolean;
  metrics: boolean;
  logDays: number;
  alerts: { webhook?: string; mail?: string; deferredAge?: number; loginFailures?: number; certificateShare?: number };
  relayHost: RelayHostConfig;
  relayRoutes: { senders: string[]; relayHost: RelayHostConfig }[];
  transports: { destinations: string[]; relayHost: RelayHostConfig }[];
  directDelivery: boolean;
  preflight: string;
  inetProtocols: string;
  delivery: { concurrency?: number; pauseSeconds?: number; recipients?: number; messagesPerConnection?: number };
  alwaysBcc: string;
  rewriting: Record<string, { from: string; to: string }[]>;
  headerChecks: { header: string; pattern?: string; action: string; text?: string }[];
  dkim: { domains?: string[]; selectors?: { selector: string; privateKey?: string }[] };
  manageDns: boolean;
  blockLists: string[];
  resolver: { forwarders?: string[]; insecureDomains?: string[] };
  dns: { zone?: string; policies?: boolean; autoconfigHost?: string; ttl?: number };
  droplet: {
    region?: string;
    size?: string;
    image?: string;
    sshSources?: string[];
    tags?: string[];
    reservedIp?: boolean;
    backups?: boolean;
    ipv6?: boolean;
    vpcUuid?: string;
    project?: string;
    drainSeconds?: number;
    alerts?: { emails: string[]; diskPercent?: number; memoryPercent?: number };
    sshKey?: { fingerprint: string; privateKey: string };
  };
  host: { address: string; hostKey: string; privateKey: string; user?: string; port?: number };
}

/** Changes to the sandbox's own configuration; null takes a key away, and `droplet` is merged key by key. */
export type ConfigChanges = { [Key in keyof ProgramConfig]?: ProgramConfig[Key] | null };

/** Everybody's mail in the sandbox goes to the sink, which has this name. */
export const SINK_NAME = "mx.receiver.test";
/** The relay's own domain, and one of the world outside. */
export const MAIL_DOMAINS = ["example.test", "receiver.test"];

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
