import { parseNetwork } from "../settings/addresses";
import { smartHosts, type RelayHostSettings } from "../settings/outgoing";
import { RelaySettings } from "../settings/settings";
import { modernTls } from "./parameters/clientTls";

/** A smart host as Postfix knows it. */
export interface NextHop extends RelayHostSettings {
  /** The option that names it. */
  option: string;
  /** The master.cf service that delivers to it: TLS from the first byte, and a login per route, are a service's own. */
  transport: string;
  /** Its password table, relative to the configuration; absent without a login. */
  passwordFile?: string;
}

/** Every smart host of these settings. */
export function nextHops(settings: RelaySettings): NextHop[] {
  return smartHosts(settings).map(({ option, relayHost }) => {
    const file = option === "relayHost" ? "relay" : routeName(option);
    const general = relayHost.wrapperMode ? "smarthost" : "smtp";
    return {
      ...relayHost,
      option,
      transport: option === "relayHost" ? general : routeName(option),
      passwordFile: relayHost.login === undefined ? undefined : `${file}_password`,
    };
  });
}

/** `relayRoutes[0].relayHost` is `route1`, `transports[0].relayHost` is `transport1`. */
function routeName(option: string): string {
  const [, list, index] = /^(\w+)\[(\d+)\]/.exec(option) ?? [];
  return `${list === "relayRoutes" ? "route" : "transport"}${Number(index) + 1}`;
}

/** Where a smart host is, as Postfix's tables and parameters write it: without MX lookup. */
export function hopAddress({ host, port }: RelayHostSettings): string {
  return `[${host}]:${port}`;
}

/** What the SMTP client excludes: with TLS by choice, TLS 1.0 is better than none at all. */
export function tlsProtocols(tls: RelayHostSettings["tls"]): string[] {
  return tls === "opportunistic" ? ["!SSLv2", "!SSLv3"] : modernTls;
}

/**
 * Which name the TLS handshake shows (SNI, Postfix `smtp_tls_servername`); servers choose their certificate by it. The
 * preflight shows `host` too. An address cannot be shown.
 */
export function serverName({ host }: RelayHostSettings): string {
  return parseNetwork(host) ? "" : "hostname";
}

/** Postfix's name for a TLS level. */
export function tlsLevel({ tls }: RelayHostSettings): string {
  return { opportunistic: "may", required: "encrypt", verified: "secure", dane: "dane-only" }[tls];
}

/** The services for smart hosts that the packaged `smtp` does not deliver to, with all in which they may differ from it. */
export function hopServices(hops: NextHop[]): { name: string; options: Record<string, string> }[] {
  return hops
    .filter(({ transport }) => transport !== "smtp")
    .map((hop) => ({ name: hop.transport, options: hopOptions(hop) }));
}

/** All in which the SMTP client for one smart host may differ from that for another. */
export function hopOptions(hop: NextHop, name = hop.transport): Record<string, string> {
  return {
    syslog_name: `postfix/${name}`,
    smtp_tls_wrappermode: hop.wrapperMode ? "yes" : "no",
    smtp_tls_security_level: tlsLevel(hop),
    smtp_tls_servername: serverName(hop),
    smtp_sasl_auth_enable: hop.passwordFile === undefined ? "no" : "yes",
    smtp_sasl_password_maps: hop.passwordFile === undefined ? "" : `texthash:$config_directory/${hop.passwordFile}`,
  };
}
