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
 * Postfix's `smtpd_sender_login_maps`: sender address or @domain to the logins that may use it. Postfix asks for the
 * address, for the address without its +extension and for the @domain, and takes the first answer alone. So each entry
 * lists every login that may use the sender, for whatever reason. Logins that may use any sender are in a table of their own.
 */
export function renderSenderLogins({ users, sasl }: RelaySettings): string {
  const senders = new Set(users.flatMap(({ allowedSenders }) => allowedSenders.map((sender) => sender.toLowerCase())));
  senders.delete("any");
  return table([...senders].sort().map((sender) => [sender, owners(users, sender, sasl).join(", ")]));
}

/**
 * The logins that may use any sender, for Postfix's `check_sasl_access`. In the maps above they would need an answer for
 * every address, and that would hide what the other logins have for the address without its extension.
 */
export function renderAnySender({ users, sasl }: RelaySettings): string {
  const unlimited = users.filter(({ allowedSenders }) => allowedSenders.includes("any"));
  return table(unlimited.flatMap(({ login }) => forms(login, sasl)).map((name) => [name, "permit"]));
}

function owners(users: UserSettings[], sender: string, sasl: SaslSettings): string[] {
  const domain = sender.slice(sender.lastIndexOf("@"));
  const covering = [sender, withoutExtension(sender), domain];
  const covers = (allowed: string) => covering.includes(allowed.toLowerCase());
  return users.filter(({ allowedSenders }) => allowedSenders.some(covers)).flatMap(({ login }) => forms(login, sasl));
}

/** Splits at the first delimiter, as Postfix does with `recipient_delimiter`. */
function withoutExtension(sender: string): string {
  return sender.replace(/^([^@+]+)\+[^@]*@/, "$1@");
}

/** Postfix sees a login as the client gave it, bare or with a realm. */
function forms(login: string, sasl: SaslSettings): string[] {
  return [login, ...realms(sasl).map((realm) => `${login}@${realm}`)];
}

function table(rows: [key: string, value: string][]): string {
  return rows.map(([key, value]) => `${key} ${value}\n`).join("");
}
