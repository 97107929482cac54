import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { DropletArgs, HostArgs } from "../args";
import { SshAccess } from "../outputs";
import { defaults } from "../settings/defaults";
import { RelaySettings } from "../settings/settings";
import { createDroplet } from "./droplet";
import { createDropletAlerts } from "./alerts";
import { createReservedIp } from "./reservedIp";
import { createDrain } from "./drain";
import { createFirewall, createListenersFirewall } from "./firewall";
import { createKeys, given } from "./keys";
import { deleteFirst } from "./replacement";
import { HostConnection } from "./step";

/** The machine the relay runs on, created or given. */
export interface Machine extends HostConnection {
  /** Where it is reached for the deploy. */
  address: pulumi.Output<string>;
  /** Empty for a given host. */
  dropletId: pulumi.Output<string>;
  /** Empty where there is none, or none is known. */
  ipv6Address: pulumi.Output<string>;
  /** What the first step has to wait for. */
  ready: pulumi.Resource[];
  /** Creates what has to wait until the relay has proved itself, and says where clients reach it; absent for a given host. */
  finish?: (proof: pulumi.Resource) => pulumi.Output<string>;
}

// A droplet reports `active` before its sshd answers. Pauses between tries grow to 5 s, so a port that refuses is given
// up after a minute and a half, and a host that says nothing, at 2 s a try, after two minutes and a quarter.
const patience = { dialErrorLimit: 25, perDialTimeout: 2 };

/** A droplet with its keys, its firewalls and its end. */
export function createHost(
  name: string,
  args: DropletArgs,
  settings: pulumi.Output<RelaySettings>,
  deployKey: pulumi.Output<string | undefined>,
  opts: pulumi.CustomResourceOptions,
): Machine {
  const keys = createKeys(name, args.sshKey, deployKey, opts);
  const droplet = createDroplet(name, settings, keys, opts);
  if (args.project !== undefined) {
    const resources = [droplet.dropletUrn];
    new digitalocean.ProjectResources(
      `${name}-project-resources`,
      { project: args.project, resources },
      deleteFirst(opts),
    );
  }
  const firewall = createFirewall(name, settings, droplet, opts);
  const host: Machine = {
    connection: pulumi.output({
      host: droplet.ipv4Address,
      user: "root",
      privateKey: keys.privateKey,
      hostKey: keys.hostKey.publicKeyOpenssh,
      ...patience,
    }),
    user: pulumi.output("root"),
    machine: droplet.id,
    deletedWith: droplet,
    address: droplet.ipv4Address,
    dropletId: droplet.id,
    ipv6Address: pulumi
      .all([settings, droplet.ipv6Address])
      .apply(([resolved, address]) => (resolved.droplet?.ipv6 ? address : "")),
    ready: [firewall],
  };
  if (args.alerts) createDropletAlerts(name, settings, droplet, opts);
  const finish = (proof: pulumi.Resource) => {
    // What depends on another is deleted before it: the ports close, the queue drains, SSH closes, the droplet goes.
    const afterProof = pulumi.mergeOptions(opts, { dependsOn: [proof, firewall, droplet] });
    const drain = createDrain(name, settings, host, droplet, droplet.ipv4Address, afterProof);
    const open = createListenersFirewall(name, settings, droplet, pulumi.mergeOptions(opts, { dependsOn: drain }));
    if (!args.reservedIp) return droplet.ipv4Address;
    return createReservedIp(name, settings, droplet, pulumi.mergeOptions(opts, { dependsOn: open }));
  };
  return { ...host, finish };
}

/** A server that already exists. */
export function givenHost(args: HostArgs, deployKey: pulumi.Output<string | undefined>): Machine {
  const user = pulumi.output(args.user ?? defaults.hostUser);
  return {
    connection: pulumi.output({
      host: args.address,
      port: args.port ?? defaults.hostPort,
      user,
      privateKey: given(deployKey),
      hostKey: args.hostKey,
      ...patience,
    }),
    user,
    machine: pulumi.output(args.address),
    address: pulumi.output(args.address),
    dropletId: pulumi.output(""),
    ipv6Address: pulumi.output(""),
    ready: [],
  };
}

/** What somebody with the rights of a deploy needs to reach the host, and nothing of how patient the steps are. */
export function sshAccess(host: Machine): pulumi.Output<SshAccess> {
  return pulumi.secret(
    host.connection.apply((connection) => ({
      host: connection.host,
      port: connection.port ?? defaults.hostPort,
      user: connection.user ?? defaults.hostUser,
      privateKey: connection.privateKey ?? "",
      hostKey: connection.hostKey ?? "",
    })),
  );
}
