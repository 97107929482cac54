import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { usesIpv6 } from "../postfix/parameters/ipv6";
import { listeners } from "../settings/listeners";
import { partsOf, type RelayParts } from "../render/parts";
import { RelaySettings } from "../settings/settings";
import { createFirst } from "./replacement";

const everywhere = ["0.0.0.0/0", "::/0"];

/** Whoever Postfix talks to: it has no listener and no client for another IP version. */
function everybody(settings: RelaySettings): string[] {
  return usesIpv6(settings) ? everywhere : ["0.0.0.0/0"];
}

type Rules = Pick<digitalocean.FirewallArgs, "inboundRules" | "outboundRules">;

/** Lets in SSH from the given sources and nothing else; lets out what the relay needs. In force from the first moment. */
export function createFirewall(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): digitalocean.Firewall {
  const rules = settings.apply((resolved) => {
    const parts = partsOf(resolved);
    const ports = (direction: "inbound" | "outbound") =>
      parts.services.flatMap((service) => service.ports?.[direction] ?? []);
    return {
      inbound: [
        ...ports("inbound").map((port) => ({
          protocol: "tcp",
          portRange: String(port),
          sourceAddresses: everywhere,
        })),
        { protocol: "tcp", portRange: "22", sourceAddresses: resolved.droplet?.sshSources ?? [] },
        { protocol: "icmp", sourceAddresses: everywhere },
      ],
      outbound: [
        // Names, time, packages, the next hop. Without an outbound rule nothing leaves at all.
        ...[
          ...["53/udp", "53/tcp", "123/udp", "80/tcp", "443/tcp"].map((rule) => [rule, everywhere] as const),
          ...outgoingPorts(parts).map((rule) => [rule, everybody(resolved)] as const),
          ...ports("outbound").map((port) => [`${port}/tcp`, everywhere] as const),
        ].map(([rule, destinationAddresses]) => {
          const [portRange, protocol = "tcp"] = rule.split("/");
          return { protocol, portRange, destinationAddresses };
        }),
        { protocol: "icmp", destinationAddresses: everywhere },
      ],
    };
  });
  return firewallOf(`${name}-firewall`, settings, droplet, "mail-relay", opts, {
    inboundRules: rules.inbound,
    outboundRules: rules.outbound,
  });
}

/** The next hops' ports, each once. */
function outgoingPorts({ settings, hops }: RelayParts): string[] {
  const direct = settings.relayHost ? [] : [25];
  return [...new Set([...direct, ...hops.map(({ port }) => port)])].map((port) => `${port}/tcp`);
}

/**
 * Lets in what comes for the relay's listeners; the firewalls of a droplet add up. Created once the relay has proved
 * itself, so no port is open for a configuration that failed, and none is closed before its listener is gone.
 */
export function createListenersFirewall(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): digitalocean.Firewall {
  const inboundRules = settings.apply((resolved) =>
    listeners(resolved).map(({ port }) => ({
      protocol: "tcp",
      portRange: String(port),
      sourceAddresses: everybody(resolved),
    })),
  );
  return firewallOf(`${name}-listeners-firewall`, settings, droplet, "listeners", opts, { inboundRules });
}

/** One droplet's firewall for as long as there is that droplet: its successor gets one of its own, under another name. */
function firewallOf(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  purpose: string,
  opts: pulumi.CustomResourceOptions,
  rules: Rules,
): digitalocean.Firewall {
  return new digitalocean.Firewall(
    name,
    {
      name: pulumi
        .all([settings.myHostname, droplet.id])
        .apply(([hostname, id]) => `${hostname}-${purpose}-${id}`.replaceAll(/[^A-Za-z0-9.-]/g, "-")),
      dropletIds: [droplet.id.apply(Number)],
      ...rules,
    },
    // A firewall that moved on to the new droplet would leave the old one, which serves on for a while, without any.
    pulumi.mergeOptions(createFirst(opts), { replaceOnChanges: ["dropletIds"] }),
  );
}
