import { chosenParameter } from "./chosenParameters";
import { RelayHostSettings, smartHosts } from "./outgoing";
import { blockedPorts, portAdvice } from "./ports";
import { presetNamed } from "./presets";
import type { RelaySettings } from "./settings";

/** What is allowed for outgoing mail, but would not go well. */
export function outgoingWarnings(settings: RelaySettings): string[] {
  const { relayHost, directDelivery, droplet, inetProtocols } = settings;
  const found = smartHosts(settings).flatMap(({ option, relayHost: hop }) => aboutSmartHost(settings, option, hop));
  if (droplet && !relayHost && !directDelivery) {
    found.push(
      "neither relayHost nor directDelivery is given: mail would leave by MX on port 25, which DigitalOcean blocks on " +
        "most accounts. Give a relayHost, or say directDelivery: true if your account may use port 25.",
    );
  }
  if (droplet && inetProtocols === "all") {
    found.push(
      droplet.ipv6
        ? "inetProtocols is all, but DigitalOcean blocks SMTP over IPv6: no mail server is reached that way, and clients reach " +
            "the relay by IPv4, or by IPv6 on listeners.alternate (port 2525)."
        : "inetProtocols is all, but the droplet has no IPv6: set droplet.ipv6, or leave inetProtocols out.",
    );
  }
  return found;
}

/** Whether the postmaster is told of bounces that cannot be delivered, as is the default here. */
export function postmasterTold(settings: RelaySettings): boolean {
  return /\b2bounce\b/.test(chosenParameter(settings, "notify_classes") ?? "2bounce");
}

function aboutSmartHost(settings: RelaySettings, option: string, { port, preset: name }: RelayHostSettings): string[] {
  const preset = presetNamed(name);
  const found: string[] = [];
  if (settings.droplet && blockedPorts.includes(port)) {
    found.push(
      `${option}.port is ${port}, which DigitalOcean blocks on its way out of droplets: mail would wait in ` +
        `the queue. ${portAdvice(name)}`,
    );
  }
  if (!preset) return found;
  if (![...preset.ports, ...preset.wrapperPorts].includes(port)) {
    const ports = [...preset.ports, ...preset.wrapperPorts].join(", ");
    found.push(`${option}.port is ${port}, but ${preset.title} is known to listen on ${ports} (${preset.page}).`);
  }
  if (settings.limits.messageSize > preset.messageBytes) {
    found.push(
      `the relay takes messages of up to ${settings.limits.messageSize} bytes, but ${preset.title} at ${option} ` +
        `only up to ${preset.messageBytes}: larger ones come back. Lower limits.messageSize.`,
    );
  }
  if (preset.refusesBounces && !postmasterTold(settings)) {
    found.push(
      `${preset.title} at ${option} refuses bounces, and notify_classes in postfixParameters does not hold 2bounce: nobody ` +
        "is told of mail that cannot be delivered. Add 2bounce, by which the postmaster is told.",
    );
  }
  if (settings.delivery.recipients > preset.recipients) {
    found.push(
      `delivery.recipients is ${settings.delivery.recipients}, but ${preset.title} at ${option} takes ${preset.recipients}.`,
    );
  }
  return found;
}
