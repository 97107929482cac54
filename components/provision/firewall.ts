import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { listeners } from "../render/masterCf";
import { RelaySettings } from "../settings/settings";

const everywhere = ["0.0.0.0/0", "::/0"];

/** Lets in exactly SSH from the given sources and the relay's listeners; lets out what the relay needs. */
export function createFirewall(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): digitalocean.Firewall {
  const rules = settings.apply((resolved) => ({
    inbound: [
      { protocol: "tcp", portRange: "22", sourceAddresses: resolved.droplet?.sshSources ?? [] },
      ...listeners(resolved).map(({ port }) => ({
        protocol: "tcp",
        portRange: String(port),
        sourceAddresses: everywhere,
      })),
      { protocol: "icmp", sourceAddresses: everywhere },
    ],
    outbound: [
      // Names, time, packages, the next hop. Without an outbound rule nothing leaves at all.
      ...["53/udp", "53/tcp", "123/udp", "80/tcp", "443/tcp", `${resolved.relayHost?.port ?? 25}/tcp`]
        .map((rule) => rule.split("/"))
        .map(([portRange, protocol]) => ({ protocol: protocol ?? "tcp", portRange, destinationAddresses: everywhere })),
      { protocol: "icmp", destinationAddresses: everywhere },
    ],
  }));
  return new digitalocean.Firewall(
    `${name}-firewall`,
    {
      name: settings.myHostname.apply((hostname) => `${hostname}-mail-relay`.replaceAll(/[^A-Za-z0-9.-]/g, "-")),
      dropletIds: [droplet.id.apply(Number)],
      inboundRules: rules.inbound,
      outboundRules: rules.outbound,
    },
    opts,
  );
}
