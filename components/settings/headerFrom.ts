import type { RelayInput } from "./input";
import { takesLogins } from "./listeners";
import type { Report } from "./checks/report";
import type { RelaySettings, UserSettings } from "./settings";

export interface HeaderFromSettings {
  headerFrom: "own" | "any";
}

export function resolveHeaderFrom({ headerFrom, dkim }: RelayInput): HeaderFromSettings {
  return { headerFrom: headerFrom ?? (dkim ? "own" : "any") };
}

/** A signature says that its domain answers for the address in From, so it cannot be any that a login likes. */
export function checkHeaderFrom({ headerFrom, dkim }: RelayInput, report: Report): void {
  if (headerFrom === "any" && dkim) {
    report(
      "headerFrom",
      "any would have the relay sign for addresses that a login may not use; leave it out with dkim, and list what a " +
        "login may send as in its allowedSenders",
      ["headerFrom", "dkim"],
    );
  }
}

/** Whether the headers of logins' mail are held to their own addresses. */
export function checksHeaderFrom(settings: RelaySettings): boolean {
  return settings.headerFrom === "own" && takesLogins(settings);
}

/**
 * What a login's headers may name, in lower case: what it may send as, and what the relay itself makes of that by
 * `rewriting`, because it rewrites before it asks.
 */
export function headerSenders({ rewriting }: RelaySettings, { allowedSenders }: UserSettings): string[] {
  const found = new Set(allowedSenders.map((sender) => sender.toLowerCase()));
  const rules = [...rewriting.senders, ...rewriting.canonical].map(({ from, to }) => ({
    from: from.toLowerCase(),
    to: to.toLowerCase(),
  }));
  // Each round follows one more rewriting; addresses of a rule are finite, and so is the set.
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const sender of [...found]) rules.forEach((rule) => rewritten(sender, rule).forEach((to) => found.add(to)));
  }
  return [...found].sort();
}

/** What a rule makes of what a login may send as: an address or a whole `@domain`. */
function rewritten(sender: string, { from, to }: { from: string; to: string }): string[] {
  const domainOf = (text: string) => text.slice(text.lastIndexOf("@"));
  if (sender === from) return [to];
  if (sender.startsWith("@")) return domainOf(from) === sender ? [to] : [];
  if (!from.startsWith("@") || domainOf(sender) !== from) return [];
  return [to.startsWith("@") ? `${sender.slice(0, sender.lastIndexOf("@"))}${to}` : to];
}
