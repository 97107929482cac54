import * as pulumi from "@pulumi/pulumi";
import { DropletArgs, MailRelayArgs } from "./args";
import { StepSecrets } from "./provision/steps";
import { RelayInput } from "./settings/input";
import { inspect } from "./settings/inspect";
import { resolve } from "./settings/resolve";
import { holdsSecrets, isApart, mapOptions, Property, relayArguments } from "./settings/schema";
import { RelaySecrets, secretsOf } from "./settings/secrets";
import { RelaySettings } from "./settings/settings";
import { readShape } from "./settings/shape";
import { describeIssues, Issue, validateSecrets } from "./settings/validate";

/**
 * The bridge from `MailRelayArgs` to plain settings. Plain values are checked before the first resource is declared;
 * Outputs are checked in the one `apply` whose result everything else is made of.
 */

/** Throws one error that names everything wrong among the values known without waiting. */
export function checkPlainValues(name: string, args: MailRelayArgs): void {
  const { issues } = inspect(args, isPending);
  const secrets = validateSecrets(knownSecrets(args)).filter(
    ({ path }) => !issues.some((issue) => issue.path === path),
  );
  fail(name, [...issues, ...secrets]);
}

/** The settings, complete and checked. Never secret: no secret goes in. */
export function resolvedSettings(name: string, args: MailRelayArgs): pulumi.Output<RelaySettings> {
  return pulumi.output(withoutSecrets(args, relayArguments) as RelayInput).apply((given) => {
    const { input, issues } = inspect(given);
    fail(name, issues);
    return resolve(input, new Date().toISOString().slice(0, 10));
  });
}

/** The secrets, checked; several Outputs, because a password that is not known yet must not hide the rest from a preview. */
export function checkedSecrets(
  name: string,
  { myHostname, users, sasl, relayHost, relayRoutes, transports, alerts, tls, host, droplet }: MailRelayArgs,
  passwords: pulumi.Output<string>[],
  dkimKeys: pulumi.Output<string>[],
): StepSecrets {
  const checked = <T>(given: pulumi.Input<T>, choose: (given: pulumi.Unwrap<T>) => RelaySecrets) =>
    pulumi.output(given).apply((all) => {
      const chosen = choose(all);
      fail(name, validateSecrets(chosen));
      return chosen;
    });
  /** One kind of secret, from the arguments it can be in. */
  const secret = <Key extends keyof RelaySecrets>(key: Key, part: Partial<MailRelayArgs>) =>
    pulumi.secret(checked(part, (given) => ({ [key]: knownSecrets(given)[key] })).apply((all) => all[key]));
  return {
    passwords: pulumi.secret(
      checked({ passwords, sasl }, (all) => ({
        passwords: all.passwords,
        passwordCheck: knownSecrets({ sasl: all.sasl }).passwordCheck,
      })).apply((all) => all.passwords as string[]),
    ),
    dkimKeys: pulumi.secret(checked(dkimKeys, (all) => ({ dkimKeys: all })).apply((all) => all.dkimKeys as string[])),
    previousPasswords: secret("previousPasswords", { users }).apply((all) => all ?? []),
    relayHostPassword: secret("relayHostPassword", { relayHost }),
    routePasswords: secret("routePasswords", { relayRoutes, transports }).apply((all) => all ?? {}),
    alertWebhook: secret("alertWebhook", { alerts }),
    certificate: secret("certificate", { tls, myHostname }).apply((all) => (all?.certificate ? all : undefined)),
    digitalOceanToken: secret("digitalOceanToken", { tls }),
    deployKey: secret("deployKey", deployKeyOnly({ host, droplet })).apply((key) => key?.privateKey),
  };
}

/** Of the arguments for the machine only the key, which must not wait for the rest of them. */
function deployKeyOnly({ host, droplet }: Partial<MailRelayArgs>): Partial<MailRelayArgs> {
  const only = <T extends { privateKey: pulumi.Input<string> }>({ privateKey }: T) => ({ privateKey }) as T;
  if (host) return { host: only(host) };
  return droplet?.sshKey ? { droplet: { sshKey: only(droplet.sshKey) } as DropletArgs } : {};
}

/** The secrets in arguments that are known; nothing that has another shape than arguments have. */
function knownSecrets(args: unknown): RelaySecrets {
  const known = readShape(args, {
    isPending,
    pending: () => undefined,
    apart: (value) => (isPending(value) ? undefined : value),
    // `inspect` hears of them.
    wrong: () => {},
    missing: () => {},
  });
  return secretsOf(known ?? {});
}

/** The arguments without their secrets, of which only is told that they were given. What is wrong stays, for `inspect`. */
function withoutSecrets(given: unknown, property: Property): unknown {
  if (!isPending(given)) {
    return mapOptions(given, property, (value, option, name) => isApart(name) || withoutSecrets(value, option));
  }
  if (!holdsSecrets(property)) return given;
  // What is left of it is as open as if it had been given by itself.
  const output = pulumi.output(given) as pulumi.Output<unknown>;
  return pulumi.unsecret(output.apply((known) => withoutSecrets(known, property)));
}

function isPending(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function fail(name: string, issues: Issue[]): void {
  if (issues.length > 0) throw new pulumi.RunError(describeIssues(name, issues));
}
