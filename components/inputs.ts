import * as pulumi from "@pulumi/pulumi";
import { AlertsArgs, MailRelayArgs, RelayHostArgs, UserArgs } from "./args";
import { smartHosts } from "./settings/outgoing";
import { resolve } from "./settings/resolve";
import { RelayInput, RelaySecrets, RelaySettings, SuppliedCertificate } from "./settings/settings";
import { describeIssues, Issue, validate, validateSecrets } from "./settings/validate";

/**
 * The bridge from `MailRelayArgs` to plain settings. Plain values are checked before the first resource is declared;
 * Outputs are checked in the one `apply` whose result everything else is made of.
 */

/** Throws one error that names everything wrong among the values known without waiting. */
export function checkPlainValues(name: string, args: MailRelayArgs): void {
  const unknown: string[] = [];
  const input = known(publicPart(args), "", unknown) as RelayInput;
  const secrets: RelaySecrets = {
    passwords: (args.users ?? []).map(({ password }) => knownText(password)),
    previousPasswords: (args.users ?? []).map(({ previousPassword }) => knownText(previousPassword)),
    relayHostPassword: knownText(args.relayHost?.password),
    routePasswords: routePasswords(args, (relayHost) => knownText(relayHost.password)),
    alertWebhook: knownText(args.alerts?.webhook),
    dkimKeys: args.dkim?.selectors?.map(({ privateKey }) => knownText(privateKey)),
    certificate: args.tls && {
      certificate: knownText(args.tls.certificate),
      privateKey: knownText(args.tls.privateKey),
      hostname: knownText(args.myHostname),
    },
    digitalOceanToken: knownText(args.tls?.acme?.digitalOceanToken),
  };
  const issues = [...validate(input), ...validateSecrets(secrets), ...pairing(args)];
  fail(
    name,
    issues.filter(
      ({ path }) =>
        !unknown.some((open) => path === open || path.startsWith(`${open}.`) || path.startsWith(`${open}[`)),
    ),
  );
}

/** The settings, complete and checked. Never secret: no secret goes in. */
export function resolvedSettings(name: string, args: MailRelayArgs): pulumi.Output<RelaySettings> {
  return pulumi.output(publicPart(args)).apply((input) => {
    fail(name, validate(input));
    return resolve(input, new Date().toISOString().slice(0, 10));
  });
}

/** The secrets, checked; two Outputs, because a password that is not known yet must not hide the rest from a preview. */
export interface CheckedSecrets {
  passwords: pulumi.Output<string[]>;
  /** Beside `passwords`; undefined for a user without one. */
  previousPasswords: pulumi.Output<(string | undefined)[]>;
  relayHostPassword: pulumi.Output<string | undefined>;
  /** By the option that names the smart host. */
  routePasswords: pulumi.Output<Record<string, string | undefined>>;
  alertWebhook: pulumi.Output<string | undefined>;
  /** In the order of the selectors; empty without `dkim`. */
  dkimKeys: pulumi.Output<string[]>;
  /** Undefined unless one was supplied. */
  certificate: pulumi.Output<SuppliedCertificate | undefined>;
  digitalOceanToken: pulumi.Output<string | undefined>;
}

export function checkedSecrets(
  name: string,
  args: MailRelayArgs,
  passwords: pulumi.Output<string>[],
  dkimKeys: pulumi.Output<string>[],
): CheckedSecrets {
  const check = (secrets: RelaySecrets) => fail(name, validateSecrets(secrets));
  return {
    passwords: pulumi.secret(
      pulumi.all(passwords).apply((all) => {
        check({ passwords: all });
        return all;
      }),
    ),
    previousPasswords: pulumi.secret(
      pulumi.output((args.users ?? []).map(({ previousPassword }) => previousPassword)).apply((previousPasswords) => {
        check({ passwords: [], previousPasswords });
        return previousPasswords;
      }),
    ),
    relayHostPassword: pulumi.secret(
      pulumi.output(args.relayHost?.password).apply((relayHostPassword) => {
        check({ passwords: [], relayHostPassword });
        return relayHostPassword;
      }),
    ),
    routePasswords: pulumi.secret(
      pulumi.output(routePasswords(args, ({ password }) => password)).apply((given) => {
        check({ passwords: [], routePasswords: given });
        return given;
      }),
    ),
    alertWebhook: pulumi.secret(
      pulumi.output(args.alerts?.webhook).apply((alertWebhook) => {
        check({ passwords: [], alertWebhook });
        return alertWebhook;
      }),
    ),
    dkimKeys: pulumi.secret(
      pulumi.all(dkimKeys).apply((all) => {
        check({ passwords: [], dkimKeys: all });
        return all;
      }),
    ),
    certificate: pulumi.secret(
      pulumi.all([args.tls?.certificate, args.tls?.privateKey, args.myHostname]).apply((given) => {
        const [certificate, privateKey, hostname] = given;
        if (certificate === undefined || privateKey === undefined) return undefined;
        check({ passwords: [], certificate: { certificate, privateKey, hostname } });
        return { certificate, privateKey, hostname };
      }),
    ),
    digitalOceanToken: pulumi.secret(
      pulumi.output(args.tls?.acme?.digitalOceanToken).apply((digitalOceanToken) => {
        check({ passwords: [], digitalOceanToken });
        return digitalOceanToken;
      }),
    ),
  };
}

/** The arguments without their secrets. */
function publicPart({
  users,
  alerts,
  dkim,
  relayHost,
  relayRoutes,
  transports,
  tls,
  droplet,
  host,
  ...rest
}: MailRelayArgs) {
  const open = (given: RelayHostArgs | undefined) => given && { ...given, password: undefined };
  return {
    ...rest,
    alerts: alerts && { ...alerts, webhook: undefined },
    dkim: dkim && { domains: dkim.domains, selectors: dkim.selectors?.map(({ selector }) => ({ selector })) },
    users: users?.map(({ login, previousPasswordUntil, allowedSenders, recipientsPerHour }) => ({
      login,
      previousPasswordUntil,
      allowedSenders,
      recipientsPerHour,
    })),
    relayHost: open(relayHost),
    relayRoutes: relayRoutes?.map((route) => ({ ...route, relayHost: open(route.relayHost) })),
    transports: transports?.map((transport) => ({ ...transport, relayHost: open(transport.relayHost) })),
    tls: tls && {
      certificate: tls.certificate !== undefined,
      privateKey: tls.privateKey !== undefined,
      acme: tls.acme && { ...tls.acme, digitalOceanToken: tls.acme.digitalOceanToken !== undefined },
    },
    droplet: droplet && { ...droplet, sshKey: droplet.sshKey && { fingerprint: droplet.sshKey.fingerprint } },
    host: host && { address: host.address, hostKey: host.hostKey, user: host.user, port: host.port },
  };
}

/** What can be seen of a pair of options of which one is secret: whether both were given. */
function pairing(args: MailRelayArgs): Issue[] {
  return [
    ...alertPairing(args.alerts),
    ...smartHosts<RelayHostArgs>(args).flatMap(({ option, relayHost }) => smartHostPairing(option, relayHost)),
    ...(args.users ?? []).flatMap(userPairing),
  ];
}

function alertPairing(alerts: AlertsArgs | undefined): Issue[] {
  if (!alerts || alerts.webhook !== undefined || alerts.mail !== undefined) return [];
  return [{ path: "alerts", message: "nobody would be told; give alerts.webhook, alerts.mail or both" }];
}

function userPairing({ previousPassword, previousPasswordUntil }: UserArgs, index: number): Issue[] {
  if (previousPassword !== undefined && previousPasswordUntil === undefined) {
    const message = "missing; say until which day users[].previousPassword is accepted, for example 2026-12-31";
    return [{ path: `users[${index}].previousPasswordUntil`, message }];
  }
  if (previousPassword === undefined && previousPasswordUntil !== undefined) {
    const message = "missing; users[].previousPasswordUntil was given without it";
    return [{ path: `users[${index}].previousPassword`, message }];
  }
  return [];
}

function smartHostPairing(option: string, { login, password }: RelayHostArgs): Issue[] {
  if (login !== undefined && password === undefined) {
    return [{ path: `${option}.password`, message: `missing; ${option}.login needs it` }];
  }
  if (login === undefined && password !== undefined) {
    return [{ path: `${option}.login`, message: `missing; ${option}.password was given without it` }];
  }
  return [];
}

/** The passwords of `relayRoutes` and `transports`, by the option that names each smart host. */
function routePasswords<T>(args: MailRelayArgs, passwordOf: (relayHost: RelayHostArgs) => T): Record<string, T> {
  const routes = smartHosts<RelayHostArgs>({ ...args, relayHost: undefined });
  return Object.fromEntries(routes.map(({ option, relayHost }) => [option, passwordOf(relayHost)]));
}

/** A copy in which every Output is left out; their option paths go into `unknown`. */
function known(value: unknown, path: string, unknown: string[]): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    unknown.push(path);
    return undefined;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.map((item, index) => known(item, `${path}[${index}]`, unknown)).filter((item) => item !== undefined);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, known(item, path ? `${path}.${key}` : key, unknown)]),
    );
  }
  return value;
}

/** The value unless it is an Output. From a configuration file it can be a number, which the checks refuse. */
function knownText(value: pulumi.Input<string> | undefined): string | undefined {
  return pulumi.Output.isInstance(value) || value instanceof Promise ? undefined : (value ?? undefined);
}

function fail(name: string, issues: Issue[]): void {
  if (issues.length > 0) throw new pulumi.RunError(describeIssues(name, issues));
}
