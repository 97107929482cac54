import { presetNamed } from "../settings/presets";
import { portAdvice } from "../settings/ports";
import type { SmtpClientSettings } from "../settings/smtpClient";
import { tlsProtocols, type NextHop } from "../postfix/nextHops";
import type { RelayParts } from "../render/parts";
import { senderFor } from "./hopSender";
import { postmasterTold } from "../settings/outgoingWarnings";
import { probeRecipients, verificationPort } from "./verification";

/** A smart host to try; `host/nexthop.py` holds the dialogue. */
interface HopCheck {
  option: string;
  host: string;
  port: number;
  tls: string;
  /** Versions of TLS that are excluded, in Postfix's words. */
  tlsProtocols: string[];
  wrapperMode: boolean;
  login?: { name: string; password: string; shape?: string };
  sender: string;
  /** It is known to, so there is nothing to tell. */
  refusesBounces: boolean;
  /** For Postfix's own client, see `verification.ts`. */
  recipients: string[];
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

export interface PreflightPlan extends Omit<SmtpClientSettings, "heloName"> {
  helo: string;
  inetProtocols: string;
  /** Of bounces that a server refuses. */
  postmasterTold: boolean;
  /** Of the trial's listener that has recipients verified. */
  verificationPort: number;
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
    tlsProtocols: tlsProtocols(hop.tls),
    wrapperMode: hop.wrapperMode,
    login:
      hop.login === undefined ? undefined : { name: hop.login, password: passwords[hop.option] ?? "", ...shape(hop) },
    sender: senderFor(hop, settings),
    refusesBounces: presetNamed(hop.preset)?.refusesBounces ?? false,
    recipients: probeRecipients(hop),
    otherPort: portAdvice(hop.preset),
    required: required ?? true,
  }));
  const direct: DirectCheck = {
    domains: [settings.myDomain, wellKnownDomain],
    otherWay: "Have the port opened, or give a relayHost on port 2525.",
    required: required ?? false,
  };
  const { heloName, ...client } = settings.smtpClient;
  return {
    ...client,
    helo: heloName ?? settings.myHostname,
    inetProtocols: settings.inetProtocols,
    postmasterTold: postmasterTold(settings),
    verificationPort,
    checks: settings.relayHost ? hops : [direct, ...hops],
  };
}

function shape({ preset }: NextHop): { shape?: string } {
  const known = presetNamed(preset);
  return known ? { shape: `At ${known.title} the login is ${known.login.shape} (${known.page})` } : {};
}
