import type { StackOutputs } from "./stackOutputs";

/** How a client reaches the relay, in the form of the output `clientSettings`. */
export interface ClientServer {
  host: string;
  port: number;
  /** `starttls`, or `implicit` for TLS from the first byte. */
  tls: string;
  userName: string;
}

/** Best first: TLS from the first byte leaves nothing to strip (RFC 8314 3.3). */
const preference = [465, 587, 2525];

/** The ports that take logins. */
export function clientServers({ hostname, endpoints = [] }: StackOutputs, userName: string): ClientServer[] {
  return endpoints
    .filter(({ auth }) => auth)
    .sort((one, other) => preference.indexOf(one.port) - preference.indexOf(other.port))
    .map(({ port, tls }) => ({ host: hostname, port, tls, userName }));
}

/** Thunderbird's config-v1.1.xml: what it looks for at `https://autoconfig.DOMAIN/mail/config-v1.1.xml`. */
export function thunderbird(servers: ClientServer[], domain: string): string {
  const lines = servers.flatMap(({ host, port, tls, userName }) => [
    '    <outgoingServer type="smtp">',
    `      <hostname>${xml(host)}</hostname>`,
    `      <port>${port}</port>`,
    `      <socketType>${tls === "implicit" ? "SSL" : "STARTTLS"}</socketType>`,
    `      <username>${xml(userName)}</username>`,
    "      <authentication>password-cleartext</authentication>",
    "    </outgoingServer>",
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<clientConfig version="1.1">',
    `  <emailProvider id="${xml(domain)}">`,
    `    <domain>${xml(domain)}</domain>`,
    ...lines,
    "  </emailProvider>",
    "</clientConfig>",
    "",
  ].join("\n");
}

const xml = (text: string): string => text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
