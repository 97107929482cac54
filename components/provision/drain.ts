import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { RelaySettings } from "../settings/settings";
import { createFirst } from "./replacement";
import { HostConnection, carried, launchCommand } from "./step";

// Unlike a droplet that is just born, one that goes has answered before: this is about a minute where its port is
// closed, and five where nothing answers.
const dialErrorLimit = 20;

/**
 * Does nothing but remember how to reach the droplet, until that is replaced or destroyed: then it empties its queue.
 * A replacement makes the successor first, and deletes what it replaces when everything else is done, dependents first.
 * Therefore the drain depends on the droplet, and on the proof of the relay on it. When it fails, the droplet stays.
 */
export function createDrain(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  host: HostConnection,
  droplet: pulumi.CustomResource,
  address: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const seconds = settings.apply((resolved) => resolved.droplet?.drainSeconds ?? 0);
  const files = pulumi.all([settings, seconds, address]).apply(([{ myHostname }, time, at]) => [
    { path: "seconds", body: String(time), mode: 0o600 },
    { path: "relay", body: `${myHostname} (${at})`, mode: 0o600 },
  ]);
  return new command.remote.Command(
    `${name}-drain`,
    {
      connection: host.connection.apply((connection) => ({ ...connection, dialErrorLimit })),
      // Without time for it the queue is given up, and the droplet need not even be reached.
      delete: pulumi
        .all([seconds, launchCommand(host, "drain")])
        .apply(([time, launch]) => (time > 0 ? launch : undefined)) as pulumi.Output<string>,
      // Only a replacement runs the old drain on the old droplet.
      triggers: [droplet.id],
      ...carried(host, "drain", ["lib.sh", "queued.py"], files),
    },
    pulumi.mergeOptions(createFirst(opts), { customTimeouts: { delete: "30m" } }),
  );
}
