import { presetNamed } from "../settings/presets";
import { portAdvice } from "../settings/ports";
import { RelaySettings } from "../settings/settings";
import type { NextHop } from "../postfix/nextHops";
import type { RelayParts } from "../render/parts";

/** A smart host to try; `host/nexthop.py` holds the dialogue. */
interface HopCheck {
  option: string;
  host: string;
  port: number;
  tls: string;
  wrapperMode: boolean;
  login?: { name: string; password: string; shape?: string };
  sender: string;
  /** Advice for a port on which nothing answers. */
  otherPort: string;
  /** Whether the deploy fails with it. */
  required: boolean;
}

/** Delivery by MX, tried with one of these domains. */
interface DirectCheck {
  domains: string[];
  otherWay: string;
  required: boolean;
}

interface PreflightPlan {
  helo: string;
  inetProtocols: string;
  checks: (HopCheck | DirectCheck)[];
}

/** A domain whose mail servers are always there, for a relay whose own domain has none. */
const wellKnownDomain = "gmail.com";

/** What to try before mail depends on it; undefined when nothing shall be tried. */
export function preflightPlan(
  { settings, hops: all }: RelayParts,
  passwords: Record<string, string | undefined>,
): PreflightPlan | undefined {
  if (settings.preflight === "off") return undefined;
  const required = settings.preflight === undefined ? undefined : settings.preflight === "require";
  const hops = all.map((hop): HopCheck => ({
    option: hop.option,
    host: hop.host,
    port: hop.port,
    tls: hop.tls,
    wrapperMode: hop.wrapperMode,
    login:
      hop.login === undefined ? undefined : { name: hop.login, password: passwords[hop.option] ?? "", ...shape(hop) },
    sender: senderFor(hop, settings),
    otherPort: portAdvice(hop.preset),
    required: required ?? true,
  }));
  const direct: DirectCheck = {
    domains: [settings.myDomain, wellKnownDomain],
    otherWay: "Have the port opened, or give a relayHost on port 2525.",
    required: required ?? false,
  };
  return {
    helo: settings.myHostname,
    inetProtocols: settings.inetProtocols,
    checks: settings.relayHost ? hops : [direct, ...hops],
  };
}

function shape({ preset }: NextHop): { shape?: string } {
  const known = presetNamed(preset);
  return known ? { shape: `At ${known.title} the login is ${known.login.shape} (${known.page})` } : {};
}

/** A sender whose mail goes this way: the route's first, else that of the first user who has one of their own. */
function senderFor({ option }: NextHop, { relayRoutes, users, myDomain }: RelaySettings): string {
  const route = relayRoutes.find((_, index) => option === `relayRoutes[${index}].relayHost`);
  const senders = route?.senders ?? users.flatMap(({ allowedSenders }) => allowedSenders);
  const sender = senders.find((candidate) => candidate !== "any") ?? `@${myDomain}`;
  return sender.startsWith("@") ? `postmaster${sender}` : sender;
}
