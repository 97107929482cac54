import * as pulumi from "@pulumi/pulumi";
import { AlertsArgs, MailRelayArgs, RelayHostArgs, UserArgs } from "./args";
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
    alertWebhook: knownText(args.alerts?.webhook),
    certificate: args.tls && {
      certificate: knownText(args.tls.certificate),
      privateKey: knownText(args.tls.privateKey),
      hostname: knownText(args.myHostname),
    },
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
  alertWebhook: pulumi.Output<string | undefined>;
  /** Undefined unless one was supplied. */
  certificate: pulumi.Output<SuppliedCertificate | undefined>;
}

export function checkedSecrets(name: string, args: MailRelayArgs, passwords: pulumi.Output<string>[]): CheckedSecrets {
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
    alertWebhook: pulumi.secret(
      pulumi.output(args.alerts?.webhook).apply((alertWebhook) => {
        check({ passwords: [], alertWebhook });
        return alertWebhook;
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
  };
}

/** The arguments without their secrets. */
function publicPart({ users, alerts, relayHost, tls, droplet, host, ...rest }: MailRelayArgs) {
  return {
    ...rest,
    alerts: alerts && { ...alerts, webhook: undefined },
    users: users?.map(({ login, previousPasswordUntil, allowedSenders }) => ({
      login,
      previousPasswordUntil,
      allowedSenders,
    })),
    relayHost: relayHost && { host: relayHost.host, port: relayHost.port, login: relayHost.login },
    tls: tls && {
      certificate: tls.certificate !== undefined,
      privateKey: tls.privateKey !== undefined,
      acme: tls.acme,
    },
    droplet: droplet && { ...droplet, sshKey: droplet.sshKey && { fingerprint: droplet.sshKey.fingerprint } },
    host: host && { address: host.address, hostKey: host.hostKey, user: host.user, port: host.port },
  };
}

/** What can be seen of a pair of options of which one is secret: whether both were given. */
function pairing({ alerts, relayHost, users = [] }: MailRelayArgs): Issue[] {
  return [...alertPairing(alerts), ...smartHostPairing(relayHost), ...users.flatMap(userPairing)];
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

function smartHostPairing(relayHost: RelayHostArgs | undefined): Issue[] {
  if (relayHost?.login !== undefined && relayHost.password === undefined) {
    return [{ path: "relayHost.password", message: "missing; relayHost.login needs it" }];
  }
  if (relayHost?.login === undefined && relayHost?.password !== undefined) {
    return [{ path: "relayHost.login", message: "missing; relayHost.password was given without it" }];
  }
  return [];
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
