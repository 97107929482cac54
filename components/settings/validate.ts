import { networkAddress, parseNetwork, unmapped } from "./addresses";
import { RelayInput, RelaySecrets } from "./settings";
import { domainOf } from "./resolve";

/** One thing wrong with the arguments. */
export interface Issue {
  /** Option path as the user writes it, for example `users[1].login`. */
  path: string;
  /** What is wrong, what is allowed and what to do; holds the value unless that is secret. */
  message: string;
}

type Report = (path: string, message: string) => void;

/** Finds everything wrong with an input. An option that was not given arrives as undefined. */
export function validate(input: RelayInput): Issue[] {
  const issues: Issue[] = [];
  const report: Report = (path, message) => issues.push({ path, message });
  checkNames(input, report);
  checkUsers(input, report);
  checkNetworks(input, report);
  checkRelayHost(input, report);
  checkTarget(input, report);
  return issues;
}

/** Finds everything wrong with the secrets, without ever quoting one. */
export function validateSecrets(secrets: RelaySecrets): Issue[] {
  const issues: Issue[] = [];
  secrets.passwords.forEach((password, index) => {
    if (password !== undefined) checkPassword(`users[${index}].password`, password, issues);
  });
  if (secrets.relayHostPassword !== undefined) {
    checkPassword("relayHost.password", secrets.relayHostPassword, issues);
  }
  return issues;
}

/** All issues as one message, each with its option path. */
export function describeIssues(name: string, issues: Issue[]): string {
  const count = issues.length === 1 ? "1 problem" : `${issues.length} problems`;
  return [
    `MailRelay "${name}": ${count} with its arguments, nothing was changed:`,
    ...issues.map((issue) => `  - ${issue.path}: ${issue.message}`),
  ].join("\n");
}

// RFC 1123 2.1 and RFC 1035 2.3.4: letters, digits and inner hyphens, 63 per label, 253 in all.
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

function isHostname(text: string, labels: number): boolean {
  const parts = text.split(".");
  const allNumeric = /^[0-9.]+$/.test(text);
  return text.length <= 253 && parts.length >= labels && !allNumeric && parts.every((part) => label.test(part));
}

function checkNames({ myHostname, myDomain }: RelayInput, report: Report): void {
  if (myHostname === undefined) {
    report("myHostname", "missing; give the relay's fully qualified host name, for example relay.example.com");
  } else if (!isHostname(myHostname, 3) && !(myDomain !== undefined && isHostname(myHostname, 2))) {
    report(
      "myHostname",
      `${quote(myHostname)} is not a fully qualified host name below a mail domain; ` +
        "use letters, digits and hyphens in labels of at most 63, for example relay.example.com",
    );
  } else if (myDomain === undefined && !isHostname(domainOf(myHostname), 2)) {
    report("myDomain", `cannot be derived from ${quote(myHostname)}; give it`);
  }
  if (myDomain !== undefined && !isHostname(myDomain, 2)) {
    report("myDomain", `${quote(myDomain)} is not a domain name, for example example.com`);
  }
}

function checkUsers({ users = [], myNetworks = [] }: RelayInput, report: Report): void {
  const seen = new Map<string, number>();
  users.forEach(({ login }, index) => {
    const path = `users[${index}].login`;
    // Printable ASCII without space, quotes, backslash, colon and @: survives every SASL mechanism, sasldb's key, Postfix's
    // lookup tables and the log unchanged; @ would name another realm.
    if (typeof login !== "string" || !/^[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,128}$/.test(login)) {
      report(path, `${quote(login)} is not a login; use 1 to 128 letters, digits and . _ - + without @ or spaces`);
    }
    const first = seen.get(login);
    if (first !== undefined) report(path, `${quote(login)} is already users[${first}]; give each login once`);
    else seen.set(login, index);
  });
  if (users.length === 0 && myNetworks.length === 0) {
    report("users", "nobody could send: give at least one user, or a network in myNetworks");
  }
}

function checkNetworks({ myNetworks = [] }: RelayInput, report: Report): void {
  myNetworks.forEach((text, index) => checkNetwork(`myNetworks[${index}]`, text, report));
}

function checkNetwork(path: string, text: string, report: Report): void {
  const parsed = parseNetwork(text);
  if (!parsed) {
    report(path, `${quote(text)} is not an address or CIDR range, for example 192.0.2.0/24 or 2001:db8::/64`);
    return;
  }
  const network = unmapped(parsed);
  const widest = network.address.kind() === "ipv4" ? 8 : 32;
  const first = networkAddress(network);
  if (network.prefix < widest) {
    report(
      path,
      `${quote(text)} is wider than /${widest} and would make an open relay; list the clients' own networks`,
    );
  } else if (first !== network.address.toString()) {
    report(path, `${quote(text)} has bits set beyond its prefix; Postfix refuses it, write ${first}/${network.prefix}`);
  }
}

function checkPort(path: string, port: number | undefined, report: Report): void {
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
    report(path, `${quote(port)} is not a TCP port; use a whole number from 1 to 65535`);
  }
}

function checkRelayHost({ relayHost }: RelayInput, report: Report): void {
  if (!relayHost) return;
  const { host, port, login } = relayHost;
  const address = host === undefined ? undefined : parseNetwork(host);
  if (host === undefined) report("relayHost.host", "missing; give the smart host's name, for example smtp.example.net");
  else if (!isHostname(host, 2) && !(address && !host.includes("/"))) {
    report("relayHost.host", `${quote(host)} is not a host name or address; give it without brackets, port or scheme`);
  }
  checkPort("relayHost.port", port, report);
  if (login !== undefined && !/^[^\s:\p{Cc}]{1,256}$/u.test(login)) {
    report("relayHost.login", `${quote(login)} cannot be a login; spaces and colons are not possible in it`);
  }
}

function checkTarget({ droplet, host }: RelayInput, report: Report): void {
  if (droplet && host) report("host", "given together with droplet; give exactly one of the two");
  if (!droplet && !host) report("droplet", "missing; give droplet to create one, or host to use an existing server");
  if (droplet) {
    if (!droplet.region) report("droplet.region", "missing; give a region slug, for example fra1");
    if (!droplet.sshSources?.length) {
      report("droplet.sshSources", "missing; list the CIDR ranges SSH may come from, this machine's included");
    }
    droplet.sshSources?.forEach((text, index) => {
      if (!parseNetwork(text)) {
        report(`droplet.sshSources[${index}]`, `${quote(text)} is not an address or CIDR range`);
      }
    });
    droplet.tags?.forEach((tag, index) => {
      if (!/^[A-Za-z0-9_:-]{1,255}$/.test(tag)) {
        report(
          `droplet.tags[${index}]`,
          `${quote(tag)} is not a tag; use letters, digits, colons, dashes, underscores`,
        );
      }
    });
  }
  if (host) {
    if (!host.address) report("host.address", "missing; give the server's address or name");
    if (!host.hostKey || !/^ssh-ed25519 [A-Za-z0-9+/]+=*( [^\n]*)?\n?$/.test(host.hostKey)) {
      report(
        "host.hostKey",
        `${quote(host.hostKey)} is not an ED25519 public host key in one line (ssh-ed25519 AAAA...); ` +
          "read it on the server itself: cat /etc/ssh/ssh_host_ed25519_key.pub",
      );
    }
    checkPort("host.port", host.port, report);
  }
}

function checkPassword(path: string, password: string, issues: Issue[]): void {
  const length = [...password].length;
  if (length < 1 || length > 256) issues.push({ path, message: `has ${length} characters; allowed are 1 to 256` });
  // A NUL ends a PLAIN field (RFC 4616) and a newline ends a table line or an SMTP command: neither can be sent.
  if (/\p{Cc}/u.test(password)) issues.push({ path, message: "holds a control character; use printable characters" });
}

function quote(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
