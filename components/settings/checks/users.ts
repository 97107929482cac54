import { RelayInput, UserInput } from "../input";
import { RelaySecrets } from "../secrets";
import { isAddress, isHostname, quote, Report } from "./report";

/** Who may log in, and as whom they may send. */
export function checkUsers({ users = [], myNetworks = [], listeners }: RelayInput, report: Report): void {
  const seen = new Map<string, number>();
  users.forEach((user, index) => {
    const { login, previousPasswordUntil, allowedSenders } = user;
    const path = `users[${index}].login`;
    // These survive every SASL mechanism, sasldb's key, Postfix's tables and the log unchanged; @ would name another realm.
    if (login !== undefined && !/^[A-Za-z0-9._+-]{1,128}$/.test(login)) {
      report(path, `${quote(login)} is not a login; use 1 to 128 letters, digits and . _ - + without @ or spaces`);
    }
    checkOnce(login, index, seen, report);
    checkPrevious(`users[${index}]`, user, report);
    checkDay(`users[${index}].previousPasswordUntil`, previousPasswordUntil, report);
    allowedSenders?.forEach((sender, at) => checkSender(`users[${index}].allowedSenders[${at}]`, sender, report));
  });
  if (users.length === 0 && myNetworks.length === 0) {
    report("users", "nobody could send: give at least one user, or a network in myNetworks", ["myNetworks"]);
  }
  const loginPorts = [listeners?.submission ?? true, listeners?.submissions ?? false, listeners?.alternate ?? false];
  if (loginPorts.includes(true)) return;
  if (users.length > 0) {
    report(
      "listeners",
      "no listener takes logins, but users are given; switch on submission, submissions or alternate",
      ["listeners"],
    );
  } else if (!(listeners?.smtp ?? true)) {
    const message = "every listener is off, so nobody could send; switch on smtp or one that takes logins";
    report("listeners", message, ["listeners"]);
  }
}

/** Postfix compares logins without case where it asks what one may send as, so two could send as each other. */
function checkOnce(login: string | undefined, index: number, seen: Map<string, number>, report: Report): void {
  if (login === undefined) return;
  const first = seen.get(login.toLowerCase());
  if (first === undefined) seen.set(login.toLowerCase(), index);
  else
    report(
      `users[${index}].login`,
      `${quote(login)} is already users[${first}], apart from case; give each login once`,
    );
}

function checkPrevious(path: string, user: UserInput, report: Report): void {
  const { previousPassword, previousPasswordUntil: until } = user;
  if (previousPassword !== undefined && until === undefined) {
    const example = "say until which day users[].previousPassword is accepted, for example 2026-12-31";
    report(`${path}.previousPasswordUntil`, `missing; ${example}`);
  } else if (previousPassword === undefined && until !== undefined) {
    report(`${path}.previousPassword`, "missing; users[].previousPasswordUntil was given without it");
  }
}

function checkSender(path: string, sender: string, report: Report): void {
  const isDomain = sender.startsWith("@") && isHostname(sender.slice(1), 2);
  if (sender !== "any" && !isDomain && !isAddress(sender)) {
    report(path, `${quote(sender)} is not a sender; give an address, @domain for all of a domain, or any`);
  }
}

function checkDay(path: string, day: string | undefined, report: Report): void {
  if (day === undefined) return;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay) report(path, `${quote(day)} is not a day; write it as year, month and day: 2026-12-31`);
}

/** The secrets; never quotes one. */
export function checkSecrets(secrets: RelaySecrets, report: Report): void {
  secrets.passwords?.forEach((password, index) => {
    if (password === undefined) return;
    checkPassword(`users[${index}].password`, password, report);
    if (secrets.passwordCheck === "saslauthd") checkForSaslauthd(`users[${index}].password`, password, report);
  });
  secrets.previousPasswords?.forEach((password, index) => {
    if (password !== undefined) checkPassword(`users[${index}].previousPassword`, password, report);
  });
}

/** What fits into a request to saslauthd (MAX_REQ_LEN in its globals.h); it refuses a longer one as a wrong password. */
const saslauthdOctets = 256;

function checkForSaslauthd(path: string, password: string, report: Report): void {
  const octets = typeof password === "string" ? Buffer.byteLength(password) : 0;
  // The check of the characters has its own word on what is too long for every checker.
  if (octets > saslauthdOctets && [...password].length <= longest) {
    const advice = "choose a shorter one, or set sasl.passwordCheck to auxprop";
    report(path, `takes ${octets} octets in UTF-8, and saslauthd accepts at most ${saslauthdOctets}; ${advice}`);
  }
}

/** In characters. */
const longest = 256;

/** What no login can have as its password. */
export function checkPassword(path: string, password: string, report: Report): void {
  // Configuration files know numbers, and 0123 would not even be the one that was meant.
  if (typeof password !== "string") return report(path, "is not text; put it in quotes");
  const length = [...password].length;
  if (length < 1 || length > longest) report(path, `has ${length} characters; allowed are 1 to ${longest}`);
  // A NUL ends a PLAIN field (RFC 4616) and a newline ends a table line or an SMTP command: neither can be sent.
  if (/\p{Cc}/u.test(password)) report(path, "holds a control character; use printable characters");
  // Half of a surrogate pair has no form in UTF-8: what is stored would be another password.
  if (/\p{Cs}/u.test(password)) report(path, "holds half of a surrogate pair, which no client could send");
}
