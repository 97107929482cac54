import * as pulumi from "@pulumi/pulumi";
import { DropletArgs, HostArgs } from "../args";
import { defaults } from "../settings/defaults";
import { RelaySettings } from "../settings/settings";
import { createDroplet } from "./droplet";
import { createFirewall } from "./firewall";
import { createKeys } from "./keys";
import { HostConnection } from "./step";

/** The machine the relay runs on, created or given. */
export interface RelayHost extends HostConnection {
  address: pulumi.Output<string>;
  /** Empty for a given host. */
  dropletId: pulumi.Output<string>;
  /** What the first step has to wait for. */
  ready: pulumi.Resource[];
}

// A droplet reports `active` before its sshd answers; tries are spaced up to 5 s, so this is about five minutes.
const dialErrorLimit = 60;

/** A droplet with its keys and its firewall. */
export function createHost(
  name: string,
  args: DropletArgs,
  settings: pulumi.Output<RelaySettings>,
  opts: pulumi.CustomResourceOptions,
): RelayHost {
  const keys = createKeys(name, args.sshKey, opts);
  const droplet = createDroplet(name, settings, keys, opts);
  const firewall = createFirewall(name, settings, droplet, opts);
  return {
    connection: pulumi.output({
      host: droplet.ipv4Address,
      user: "root",
      privateKey: keys.privateKey,
      hostKey: keys.hostKey.publicKeyOpenssh,
      dialErrorLimit,
    }),
    user: pulumi.output("root"),
    machine: droplet.id,
    deletedWith: droplet,
    address: droplet.ipv4Address,
    dropletId: droplet.id,
    ready: [firewall],
  };
}

/** A server that already exists. */
export function givenHost(args: HostArgs): RelayHost {
  const user = pulumi.output(args.user ?? defaults.hostUser);
  return {
    connection: pulumi.output({
      host: args.address,
      port: args.port ?? defaults.hostPort,
      user,
      privateKey: pulumi.secret(args.privateKey),
      hostKey: args.hostKey,
      dialErrorLimit,
    }),
    user,
    machine: pulumi.output(args.address),
    address: pulumi.output(args.address),
    dropletId: pulumi.output(""),
    ready: [],
  };
}
