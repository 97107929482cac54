import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { partsOf } from "../render/parts";
import { packageFiles } from "../render/packages";
import { DropletSettings, RelaySettings } from "../settings/settings";
import { hostScript, pack } from "./archive";
import { DropletKeys } from "./keys";
import { createFirst } from "./replacement";

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
  const created = new digitalocean.Droplet(
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
    pulumi.mergeOptions(createFirst(opts), {
      // User data matters at birth only, and changes with the package list. Another key does replace the droplet: it
      // opens no droplet that was created with the first one.
      ignoreChanges: ["userData"],
      // DigitalOcean takes a minute. The provider's own hour cannot be cut short by an interrupt, and a second interrupt
      // would leave a droplet that the state does not know.
      customTimeouts: { create: "10m" },
    }),
  );
  warnOfPending(settings, droplet, created);
  return created;
}

/**
 * DigitalOcean's provider forgets every other change to a droplet once it has waited for one, such as another size, and
 * Pulumi takes all of them for made.
 */
function warnOfPending(
  settings: pulumi.Output<RelaySettings>,
  wanted: pulumi.Output<DropletSettings>,
  created: digitalocean.Droplet,
): void {
  const { name, backups, ipv6, tags } = created;
  pulumi.all([settings, wanted, name, backups, ipv6, tags]).apply(([{ myHostname }, droplet, ...found]) => {
    const pending = pendingChanges({ ...droplet, name: myHostname }, found);
    if (pending.length === 0) return;
    const text = `DigitalOcean has not changed the droplet's ${pending.join(", ")} yet. Run: pulumi up --refresh`;
    void pulumi.log.warn(text, created);
  });
}

function pendingChanges(
  wanted: DropletSettings & { name: string },
  [name, backups, ipv6, tags]: [string, boolean | undefined, boolean | undefined, string[] | undefined],
): string[] {
  const sorted = (list: string[]) => list.map((tag) => tag.toLowerCase()).sort();
  return Object.entries({
    name: name !== wanted.name,
    backups: (backups ?? false) !== wanted.backups,
    ipv6: wanted.ipv6 && ipv6 === false,
    tags: sorted(tags ?? []).join() !== sorted(wanted.tags).join(),
  }).flatMap(([what, isPending]) => (isPending ? [what] : []));
}

/**
 * cloud-config: sets the SSH host key before sshd first starts, and begins the installation of the install step while
 * the cloud still reports the droplet as new. Any program on the droplet can read it, so it holds no secret but the
 * host key, and the install step closes the metadata address to all but root.
 */
function userData(settings: pulumi.Output<RelaySettings>, keys: DropletKeys): pulumi.Output<string> {
  const scripts = ["early.sh", "lib.sh", "packages.sh"].map(hostScript);
  const installation = settings.apply((resolved) => pack([...scripts, ...packageFiles(partsOf(resolved))]));
  return pulumi.secret(
    pulumi
      .all([installation, keys.hostKey.privateKeyOpenssh, keys.hostKey.publicKeyOpenssh])
      .apply(([archive, secret, open]) => {
        const boot = ["bash", "-c", hostScript("boot.sh").body, "bash", archive];
        const config = {
          ssh_deletekeys: true,
          ssh_genkeytypes: ["ed25519"],
          ssh_keys: { ed25519_private: secret, ed25519_public: open },
          bootcmd: [["cloud-init-per", "instance", "mail-relay-packages", ...boot]],
        };
        // JSON is YAML, and needs no quoting rules of our own.
        return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
      }),
  );
}
