import type { ResolvedArgs } from "./input";
import { smartHosts } from "./outgoing";
import type { SuppliedCertificate } from "./settings";

/** The secrets that belong to a `RelayInput`, kept apart so that nothing else has to become secret. */
export interface RelaySecrets {
  /** In the order of `users`; undefined where a password is generated. */
  passwords?: (string | undefined)[];
  /** In the order of `users`; undefined where there is none. */
  previousPasswords?: (string | undefined)[];
  /** No secret, but it decides how long a password may be. */
  passwordCheck?: string;
  relayHostPassword?: string;
  /** Those of `relayRoutes` and `transports`, by the option that names their smart host. */
  routePasswords?: Record<string, string | undefined>;
  alertWebhook?: string;
  /** In the order of `dkim.selectors`; undefined where a key is generated. PEM. */
  dkimKeys?: (string | undefined)[];
  certificate?: SuppliedCertificate;
  digitalOceanToken?: string;
  /** The key that deploys log in with, and the option it is from; undefined where one is generated. */
  deployKey?: { option: string; privateKey: string | undefined };
}

/** The secrets in arguments. */
export function secretsOf(args: Partial<ResolvedArgs>): RelaySecrets {
  const { myHostname, users, sasl, relayHost, relayRoutes, transports, alerts, dkim, tls } = args;
  const routes = smartHosts({ relayRoutes, transports });
  return {
    passwords: users?.map(({ password }) => password),
    previousPasswords: users?.map(({ previousPassword }) => previousPassword),
    passwordCheck: sasl?.passwordCheck,
    relayHostPassword: relayHost?.password,
    routePasswords: Object.fromEntries(routes.map((route) => [route.option, route.relayHost.password])),
    alertWebhook: alerts?.webhook,
    dkimKeys: dkim?.selectors?.map(({ privateKey }) => privateKey),
    certificate: tls && { certificate: tls.certificate, privateKey: tls.privateKey, hostname: myHostname },
    digitalOceanToken: tls?.acme?.digitalOceanToken,
    deployKey: deployKeyOf(args),
  };
}

function deployKeyOf({ host, droplet }: Partial<ResolvedArgs>): RelaySecrets["deployKey"] {
  if (host) return { option: "host.privateKey", privateKey: host.privateKey };
  return droplet?.sshKey && { option: "droplet.sshKey.privateKey", privateKey: droplet.sshKey.privateKey };
}
