import { RelaySettings, SaslSettings, UserSettings } from "../settings/settings";
import { realms } from "./sasl";
import { hopAddress, NextHop } from "./nextHops";

/** Lookup tables as text, for Postfix's `texthash:`. */

/** Postfix's `smtp_sasl_password_maps` for one smart host; the key is exactly what `relayhost` or a route says. */
export function renderRelayPassword(hop: NextHop, password: string): string {
  return `${hopAddress(hop)} ${hop.login ?? ""}:${password}\n`;
}

/** Postfix's `alias_maps`: the relay's own accounts and where their mail goes. */
export function renderAliases({ aliases }: RelaySettings): string {
  return table(Object.entries(aliases));
}

/**
 * Postfix's `smtpd_sender_login_maps`: sender address or @domain to the logins that may use it. Postfix takes the most
 * specific entry only, so an address also lists the logins that own its domain, and every entry those that may use any.
 */
export function renderSenderLogins({ users, sasl }: RelaySettings): string {
  const senders = new Set(users.flatMap(({ allowedSenders }) => allowedSenders.map((sender) => sender.toLowerCase())));
  senders.delete("any");
  return table([...senders].sort().map((sender) => [sender, owners(users, sender, sasl).join(", ")]));
}

/** The maps' list: the table above, and for the logins that may use any sender one that answers for all others. */
export function senderLoginMaps(settings: RelaySettings): string[] {
  const rest = renderAnySender(settings) === "" ? [] : ["regexp:$config_directory/any_sender"];
  return ["texthash:$config_directory/sender_logins", ...rest];
}

/**
 * The logins that may use any sender, for every sender outside the domains of the table above; empty without such
 * logins. Postfix asks all maps for the whole address before it asks any for the @domain, so this one must not answer
 * for an address in a listed domain.
 */
export function renderAnySender({ users, sasl }: RelaySettings): string {
  const unlimited = users.filter(({ allowedSenders }) => allowedSenders.includes("any"));
  if (unlimited.length === 0) return "";
  const names = unlimited.flatMap(({ login }) => forms(login, sasl)).join(", ");
  const domains = users.flatMap(({ allowedSenders }) => allowedSenders.filter((sender) => sender.startsWith("@")));
  const listed = [...new Set(domains)].sort().map((domain) => domain.toLowerCase().replaceAll(".", "\\."));
  return listed.length > 0 ? `!/(${listed.join("|")})$/ ${names}\n` : `/./ ${names}\n`;
}

function owners(users: UserSettings[], sender: string, sasl: SaslSettings): string[] {
  const domain = sender.slice(sender.lastIndexOf("@"));
  const covers = (allowed: string) => ["any", sender, domain].includes(allowed.toLowerCase());
  return users.filter(({ allowedSenders }) => allowedSenders.some(covers)).flatMap(({ login }) => forms(login, sasl));
}

/** Postfix sees a login as the client gave it, bare or with a realm. */
function forms(login: string, sasl: SaslSettings): string[] {
  return [login, ...realms(sasl).map((realm) => `${login}@${realm}`)];
}

function table(rows: [key: string, value: string][]): string {
  return rows.map(([key, value]) => `${key} ${value}\n`).join("");
}
