import { normaliseNetwork } from "./addresses";
import { defaults } from "./defaults";
import { ListenerName, RelayInput, RelaySettings, SaslSettings } from "./settings";

/** The domain a host name lies in: all labels but the first. */
export function domainOf(hostname: string): string {
  return hostname.slice(hostname.indexOf(".") + 1);
}

/** Fills the defaults of an input that `validate` found nothing wrong with. */
export function resolve(input: RelayInput): RelaySettings {
  const myHostname = required(input.myHostname).toLowerCase();
  const myDomain = (input.myDomain ?? domainOf(myHostname)).toLowerCase();
  const networks = [...defaults.loopback, ...(input.myNetworks ?? []).map(normaliseNetwork)];
  return {
    myHostname,
    myDomain,
    myDestination: input.myDestination ?? [...defaults.myDestination],
    aliases: { ...defaults.aliases, ...input.aliases },
    listeners: resolveListeners(input),
    sasl: resolveSasl(input, myHostname, myDomain),
    postfixParameters: { ...input.postfixParameters },
    myNetworks: [...new Set(networks)],
    users: (input.users ?? []).map(({ login, allowedSenders }) => ({
      login,
      allowedSenders: allowedSenders ?? [`${login}@${myDomain}`],
    })),
    relayHost: input.relayHost && {
      host: required(input.relayHost.host),
      port: input.relayHost.port ?? defaults.relayHostPort,
      login: input.relayHost.login,
    },
    droplet: input.droplet && {
      region: required(input.droplet.region),
      sshSources: input.droplet.sshSources ?? [],
      size: input.droplet.size ?? defaults.dropletSize,
      image: input.droplet.image ?? defaults.dropletImage,
      tags: input.droplet.tags ?? [],
      drainSeconds: input.droplet.drainSeconds ?? defaults.drainSeconds,
    },
  };
}

function resolveListeners({ listeners }: RelayInput): ListenerName[] {
  const names = Object.keys(defaults.listeners) as ListenerName[];
  return names.filter((name) => listeners?.[name] ?? defaults.listeners[name]);
}

function resolveSasl({ sasl }: RelayInput, myHostname: string, myDomain: string): SaslSettings {
  const localDomain = sasl?.realm ?? myDomain;
  return {
    path: sasl?.path ?? defaults.saslPath,
    mechanisms: sasl?.mechanisms ?? [...defaults.mechanisms],
    brokenClients: sasl?.brokenClients ?? defaults.brokenClients,
    localDomain,
    realm: localDomain === "" ? myHostname : localDomain,
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("resolve() needs an input that validate() accepted");
  return value;
}
