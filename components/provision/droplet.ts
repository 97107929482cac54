import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { partsOf } from "../render/parts";
import { earlyPackageNames, maskedUnits, preseed } from "../render/packages";
import { RelaySettings } from "../settings/settings";
import { DropletKeys } from "./keys";

/** Creates the droplet under the relay's host name, which DigitalOcean also makes its PTR record. */
export function createDroplet(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  keys: DropletKeys,
  opts: pulumi.CustomResourceOptions,
): digitalocean.Droplet {
  const droplet = settings.apply((resolved) => {
    if (!resolved.droplet) throw new Error("createDroplet() needs droplet settings");
    return resolved.droplet;
  });
  return new digitalocean.Droplet(
    `${name}-droplet`,
    {
      name: settings.myHostname,
      region: droplet.region,
      size: droplet.size,
      image: droplet.image,
      tags: droplet.tags,
      backups: droplet.backups,
      ipv6: droplet.ipv6,
      vpcUuid: droplet.apply(({ vpcUuid }) => vpcUuid as string),
      sshKeys: [keys.fingerprint],
      monitoring: true,
      gracefulShutdown: true,
      userData: userData(settings, keys),
    },
    // User data matters at birth only, and changes with the package list. Another key does replace the droplet: it opens
    // no droplet that was created with the first one.
    pulumi.mergeOptions(opts, { ignoreChanges: ["userData"] }),
  );
}

/**
 * cloud-config: sets the SSH host key before sshd first starts and begins with the package installation while the
 * cloud still reports the droplet as new. Any program on the droplet can read it, so it holds no secret but the host
 * key, and the install step closes the metadata address to all but root.
 */
function userData(settings: pulumi.Output<RelaySettings>, keys: DropletKeys): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([settings, keys.hostKey.privateKeyOpenssh, keys.hostKey.publicKeyOpenssh])
      .apply(([resolved, secret, open]) => {
        const wanted = partsOf(resolved);
        const config = {
          ssh_deletekeys: true,
          ssh_genkeytypes: ["ed25519"],
          ssh_keys: { ed25519_private: secret, ed25519_public: open },
          // Without a configuration of its own Postfix does not start before the relay's is there.
          bootcmd: [
            ["sh", "-c", `echo '${preseed}' | debconf-set-selections`],
            ...maskedUnits(wanted).map(({ unit }) => ["ln", "-sfn", "/dev/null", `/etc/systemd/system/${unit}`]),
          ],
          package_update: true,
          packages: earlyPackageNames(wanted),
        };
        // JSON is YAML, and needs no quoting rules of our own.
        return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
      }),
  );
}
