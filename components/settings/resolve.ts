import { normaliseNetwork } from "./addresses";
import { defaults } from "./defaults";
import { RelayInput, RelaySettings } from "./settings";

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
    realm: myDomain,
    // Never $mydomain: the domain's mail lives elsewhere and must leave by MX or smart host.
    myDestination: ["$myhostname", "localhost.$mydomain", "localhost"],
    myNetworks: [...new Set(networks)],
    logins: (input.users ?? []).map((user) => user.login),
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
    },
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("resolve() needs an input that validate() accepted");
  return value;
}
