/**
 * Takes one thing that is wrong: the option's path, then what is wrong, what is allowed and what to do. `others` are the
 * options that could make it right, so that nothing is said while one of them is not known yet.
 */
export type Report = (path: string, message: string, others?: string[]) => void;

/** A value as messages show it. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : JSON.stringify(value);
}

// RFC 1123 2.1 and RFC 1035 2.3.4: letters, digits and inner hyphens, 63 per label, 253 in all.
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Whether a text is a host or domain name of at least that many labels. */
export function isHostname(text: string, labels: number): boolean {
  const parts = text.split(".");
  const allNumeric = /^[0-9.]+$/.test(text);
  return text.length <= 253 && parts.length >= labels && !allNumeric && parts.every((part) => label.test(part));
}

/** Whether a text is an address as SMTP carries it, without quoting; # is left out because tables would take it as a comment. */
export function isAddress(text: string): boolean {
  const at = text.lastIndexOf("@");
  return (
    /^[A-Za-z0-9!$%&'*+/=?^_{|}~.-]{1,64}$/.test(text.slice(0, Math.max(at, 0))) && isHostname(text.slice(at + 1), 2)
  );
}

/** Reports what cannot be a TCP port. */
export function checkPort(path: string, port: number | undefined, report: Report): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
    report(path, `${quote(port)} is not a TCP port; use a whole number from 1 to 65535`);
  }
}
