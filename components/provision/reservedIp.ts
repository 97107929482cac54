import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { RelaySettings } from "../settings/settings";
import { createFirst } from "./replacement";

/** An address that outlives the droplet. It moves to a droplet's successor in place, once that has proved itself. */
export function createReservedIp(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const region = settings.apply((resolved) => resolved.droplet?.region ?? "");
  const dropletId = droplet.id.apply(Number);
  return new digitalocean.ReservedIp(`${name}-reserved-ip`, { region, dropletId }, createFirst(opts)).ipAddress;
}
