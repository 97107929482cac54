import * as pulumi from "@pulumi/pulumi";
import { HeaderFrom, InetProtocols, MailRelayArgs, Preflight } from "./args";
import { unknownOption } from "./settings/shape";

/** Reads one key; undefined where it is not given. */
type Read<T> = (config: pulumi.Config, key: string) => T | undefined;

// Empty is Pulumi.yaml's way to say "not given": keys that it declares cannot be optional.
const text: Read<string> = (config, key) => config.get(key) || undefined;
const flag: Read<boolean> = (config, key) => config.getBoolean(key);
const number: Read<number> = (config, key) => config.getNumber(key);
/** Objects may hold secrets (`pulumi config set --secret --path ...`); the component keeps those out of the state. */
const structure = <T>(config: pulumi.Config, key: string) => config.getObject<T>(key);
/** A structure that cannot be empty. */
const filled = <T extends object>(config: pulumi.Config, key: string) => {
  const given = config.getObject<T>(key);
  return JSON.stringify(given) === "{}" ? undefined : given;
};

/** How each argument is read. The compiler holds it against `MailRelayArgs`, so none can be forgotten. */
const readers = {
  myHostname: (config, key) => config.require(key),
  myDomain: text,
  smtpBanner: text,
  users: structure,
  keepUnmanagedUsers: flag,
  myNetworks: structure,
  myDestination: structure,
  aliases: structure,
  listeners: structure,
  limits: structure,
  hideClients: flag,
  headerFrom: (config, key) => config.get<HeaderFrom>(key),
  mailboxes: filled,
  tls: structure,
  sasl: structure,
  postfixParameters: structure,
  driftCheck: flag,
  unattendedUpgrades: flag,
  metrics: flag,
  alerts: filled,
  logDays: number,
  dkim: structure,
  manageDns: flag,
  dns: structure,
  blockLists: structure,
  relayHost: filled,
  relayRoutes: structure,
  transports: structure,
  directDelivery: flag,
  preflight: (config, key) => config.get<Preflight>(key),
  inetProtocols: (config, key) => config.get<InetProtocols>(key),
  resolver: structure,
  delivery: structure,
  alwaysBcc: text,
  rewriting: structure,
  headerChecks: structure,
  droplet: filled,
  host: filled,
} satisfies { [Key in keyof MailRelayArgs]-?: Read<MailRelayArgs[Key]> };

/** The arguments as the stack's configuration gives them, each under a key of its name; refuses any other key. */
export function configuredArgs(config = new pulumi.Config()): MailRelayArgs {
  const prefix = `${config.name}:`;
  const keys = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(prefix));
  const unknown = keys.map((key) => key.slice(prefix.length)).filter((key) => !Object.hasOwn(readers, key));
  if (unknown.length > 0) {
    const lines = unknown.map((key) => `  - ${prefix}${key} ${unknownOption(key, Object.keys(readers))}`);
    throw new pulumi.RunError(
      ["The stack's configuration has unknown keys, nothing was changed:", ...lines].join("\n"),
    );
  }
  const given = Object.entries<Read<unknown>>(readers).map(([key, read]) => [key, read(config, key)] as const);
  return Object.fromEntries(given) as unknown as MailRelayArgs;
}
