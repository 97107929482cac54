import { create } from "xmlbuilder2";
import { RelaySettings } from "../settings/settings";
import { listeners } from "../settings/listeners";

/** How a client reaches the relay: one of the servers in the output `clientSettings`. */
export interface ClientServer {
  host: string;
  port: number;
  tls: string;
  authentication: string[];
  userName: string;
}

/** Best first: TLS from the first byte leaves nothing to strip (RFC 8314 3.3), and 2525 is for where nothing else gets through. */
const preference = [465, 587, 2525];

/** The ports that take logins, for each login. */
export function clientSettings(settings: RelaySettings): Record<string, ClientServer[]> {
  return Object.fromEntries(settings.users.map(({ login }) => [login, servers(settings, login)]));
}

function servers(settings: RelaySettings, userName: string): ClientServer[] {
  return listeners(settings)
    .filter(({ auth }) => auth)
    .sort((a, b) => preference.indexOf(a.port) - preference.indexOf(b.port))
    .map(({ port, tls }) => ({
      host: settings.myHostname,
      port,
      tls,
      authentication: settings.sasl.mechanisms,
      userName,
    }));
}

/**
 * Thunderbird's config-v1.1.xml for the mail domain. It holds for whoever has the login that stands before the @ of their
 * address, which is the default of `allowedSenders`.
 */
export function renderAutoconfig(settings: RelaySettings): string {
  const { myDomain, myHostname, mailboxes } = settings;
  const provider = create({ version: "1.0", encoding: "UTF-8" })
    .ele("clientConfig", { version: "1.1" })
    .ele("emailProvider", { id: myDomain });
  provider.ele("domain").txt(myDomain);
  provider.ele("displayName").txt(myDomain);
  provider.ele("displayShortName").txt(myHostname);
  const server = (element: string, type: string, parts: Record<string, string | number>) => {
    const node = provider.ele(element, { type });
    for (const [name, value] of Object.entries(parts)) node.ele(name).txt(String(value));
  };
  if (mailboxes) {
    server("incomingServer", "imap", {
      hostname: mailboxes.host,
      port: mailboxes.port,
      socketType: mailboxes.port === 143 ? "STARTTLS" : "SSL",
      authentication: "password-cleartext",
      username: mailboxes.userName,
    });
  }
  for (const { host, port, tls, authentication, userName } of servers(settings, "%EMAILLOCALPART%")) {
    server("outgoingServer", "smtp", {
      hostname: host,
      port,
      socketType: tls === "implicit" ? "SSL" : "STARTTLS",
      authentication: thunderbirdsWord(authentication),
      username: userName,
    });
  }
  return provider.end({ prettyPrint: true }) + "\n";
}

/** Under TLS, which is always there, the mechanism that sends the password itself is as good as any and works everywhere. */
function thunderbirdsWord(mechanisms: string[]): string {
  if (mechanisms.includes("PLAIN") || mechanisms.includes("LOGIN")) return "password-cleartext";
  return "password-encrypted";
}
