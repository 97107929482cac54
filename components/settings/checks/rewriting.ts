import { HeaderCheckInput, RelayInput, RewriteInput } from "../input";
import { patternProblem } from "../headerPattern";
import { delimiters } from "../outgoing";
import { isAddress, isHostname, quote, Report } from "./report";

/** Copies, addresses and headers that change on their way. */
export function checkRewriting({ alwaysBcc, rewriting, headerChecks = [], dkim }: RelayInput, report: Report): void {
  if (alwaysBcc !== undefined && !isAddress(alwaysBcc)) {
    report("alwaysBcc", `${quote(alwaysBcc)} is not a mail address, for example archive@example.com`);
  } else if (alwaysBcc?.includes("$")) {
    report("alwaysBcc", `${quote(alwaysBcc)} holds a $, which Postfix would replace; give an address without one`);
  }
  for (const kind of ["canonical", "senders", "recipients", "generic"] as const) {
    checkTable(`rewriting.${kind}`, rewriting?.[kind] ?? [], report);
  }
  if (dkim && rewriting?.generic?.length) {
    report(
      "rewriting.generic",
      "changes headers after dkim has signed them, so that no signature verifies; use rewriting.canonical or rewriting.senders instead, which come before",
      ["dkim"],
    );
  }
  headerChecks.forEach((check, index) => checkHeader(`headerChecks[${index}]`, check, report));
}

function checkTable(path: string, rewrites: RewriteInput[], report: Report): void {
  const seen = new Map<string, number>();
  const isDomain = (text: string) => text.startsWith("@") && isHostname(text.slice(1), 2);
  rewrites.forEach(({ from, to }, index) => {
    const at = `${path}[${index}]`;
    if (from !== undefined && !isAddress(from) && !isDomain(from)) {
      report(`${at}.from`, `${quote(from)} is not an address, or @domain for all of a domain`);
    }
    if (to !== undefined && !isAddress(to) && !(isDomain(to) && isDomain(from ?? to))) {
      report(`${at}.to`, `${quote(to)} is not an address; @domain is possible only for another @domain`);
    }
    if (from === undefined) return;
    const first = seen.get(from.toLowerCase());
    if (first !== undefined) report(`${at}.from`, `${quote(from)} is already ${path}[${first}]; give each once`);
    else seen.set(from.toLowerCase(), index);
  });
}

function checkHeader(path: string, { header, pattern, action, text }: HeaderCheckInput, report: Report): void {
  // RFC 5322 2.2: printable characters but the colon; those with a meaning in patterns are in no header's name.
  if (header !== undefined && !/^[A-Za-z0-9_-]{1,76}$/.test(header)) {
    report(`${path}.header`, `${quote(header)} is not a header's name, for example User-Agent`);
  }
  if (pattern !== undefined && (pattern === "" || /\p{Cc}/u.test(pattern) || !balanced(pattern))) {
    report(`${path}.pattern`, `${quote(pattern)} is not a regular expression; write an extended one in one line`);
  } else if (pattern !== undefined) {
    const problem = patternProblem(pattern);
    if (problem !== undefined) report(`${path}.pattern`, `${quote(pattern)} ${problem}`);
  }
  if (delimiters.every((candidate) => pattern?.includes(candidate))) {
    report(
      `${path}.pattern`,
      `${quote(pattern)} leaves none of ${delimiters.join(" ")} to write around it; use . for one`,
    );
  }
  const isWhole = action === "replace" || action === "prepend";
  if (isWhole && !/^[!-9;-~]+: ?\S/.test(text ?? "")) {
    report(`${path}.text`, `${quote(text)} is not a whole header, such as "X-Relay: yes", which ${action} needs`);
  }
  if (action === "remove" && text !== undefined)
    report(`${path}.text`, "has no use where a header is removed; leave it out");
  if (text !== undefined && (/\p{Cc}/u.test(text) || text.trim() === "")) {
    report(`${path}.text`, `${quote(text)} is not one line of text`);
  }
  // In Postfix's tables $1 is a part of what matched, and $$ a dollar.
  if (text?.includes("$"))
    report(`${path}.text`, `${quote(text)} holds a $, which Postfix would replace; leave it out`);
}

/** What JavaScript cannot read is no extended expression either; the trial asks Postfix itself about the rest. */
function balanced(pattern: string): boolean {
  try {
    new RegExp(pattern.replaceAll(/\[:\w+:\]/g, "a"));
    return true;
  } catch {
    return false;
  }
}
