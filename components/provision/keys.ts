import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { SshKeyArgs, UserArgs } from "../args";
import { createFirst } from "./replacement";

/** The keys a droplet is born with. */
export interface DropletKeys {
  /** What the droplet is created with: the fingerprint of a registered key. */
  fingerprint: pulumi.Output<string>;
  /** Secret. */
  privateKey: pulumi.Output<string>;
  hostKey: tls.PrivateKey;
}

/** The deploy key, unless the user has one, and the host key, known before the droplet exists. */
export function createKeys(
  name: string,
  own: SshKeyArgs | undefined,
  ownPrivateKey: pulumi.Output<string | undefined>,
  opts: pulumi.CustomResourceOptions,
): DropletKeys {
  const hostKey = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, opts);
  if (own) return { fingerprint: pulumi.output(own.fingerprint), privateKey: given(ownPrivateKey), hostKey };
  const deployKey = new tls.PrivateKey(`${name}-deploy-key`, { algorithm: "ED25519" }, opts);
  const sshKey = new digitalocean.SshKey(
    `${name}-ssh-key`,
    { publicKey: deployKey.publicKeyOpenssh },
    createFirst(opts),
  );
  return { fingerprint: sshKey.fingerprint, privateKey: pulumi.secret(deployKey.privateKeyOpenssh), hostKey };
}

/** A key that the arguments must hold, for the type's sake. */
export const given = (key: pulumi.Output<string | undefined>) => key.apply((known) => known ?? "");

/** Every user's password, in order: the given one, or one that is generated once and then kept. Secret. */
export function createPasswords(
  name: string,
  users: UserArgs[],
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  return users.map(({ login, password }) =>
    pulumi.secret(
      password ?? new random.RandomPassword(`${name}-password-${login}`, { length: 32, special: false }, opts).result,
    ),
  );
}
