import { parseNetwork } from "../addresses";
import { RelayHostInput, RelayInput } from "../input";
import { smartHosts } from "../outgoing";
import { Preset, presetNamed } from "../presets";
import { RelaySecrets } from "../secrets";
import { checkPort, isHostname, quote, Report } from "./report";
import { checkPassword } from "./users";

/** Every smart host, wherever it is given. */
export function checkRelayHost(input: RelayInput, report: Report): void {
  for (const { option, relayHost } of smartHosts(input)) {
    const others = [`${option}.preset`];
    checkSmartHost(relayHost, (field, message) => report(`${option}.${field}`, message, others));
    checkPair(option, relayHost, report);
    if (relayHost.tls === "dane" && input.resolver === undefined) {
      report(
        `${option}.tls`,
        `"dane" needs answers that DNSSEC vouches for; give resolver, {} for its defaults, or use verified`,
        ["resolver"],
      );
    }
  }
}

function checkSmartHost(relayHost: RelayHostInput, report: Report): void {
  const { host, port, preset, login } = relayHost;
  const known = presetNamed(preset);
  if (host !== undefined) checkHost(host, report);
  else if (!known) report("host", "missing; give the smart host's name, for example smtp.example.net, or a preset");
  checkRegion(relayHost, known, report);
  checkPort("port", port, report);
  if (login !== undefined && !/^[^\s:\p{Cc}]{1,256}$/u.test(login)) {
    report("login", `${quote(login)} cannot be a login; spaces and colons are not possible in it`);
  } else if (known && host === undefined) checkLogin(login, known, report);
  checkTls(relayHost, report);
}

function checkPair(option: string, { login, password }: RelayHostInput, report: Report): void {
  if (login !== undefined && password === undefined) {
    report(`${option}.password`, `missing; ${option}.login needs it`);
  } else if (login === undefined && password !== undefined) {
    report(`${option}.login`, `missing; ${option}.password was given without it`);
  }
}

function checkHost(host: string, report: Report): void {
  const address = parseNetwork(host);
  if (!isHostname(host, 2) && !(address && !/[/[]/.test(host))) {
    report("host", `${quote(host)} is not a host name or address; give it without brackets, port or scheme`);
  }
}

function checkRegion({ region, preset }: RelayHostInput, known: Preset | undefined, report: Report): void {
  const regions = known?.regions;
  if (region === undefined) {
    if (regions?.required)
      report("region", `missing; ${known?.title} has a host name per region, such as ${regions.example}`);
  } else if (preset === undefined) report("region", `${quote(region)} was given without preset, which it belongs to`);
  else if (known && !regions)
    report("region", `${quote(region)} is not needed: ${known.title} has one host name; leave it out`);
  else if (regions && !regions.pattern.test(region)) {
    report("region", `${quote(region)} is not a region of ${known?.title}; give one such as ${regions.example}`);
  }
}

/** With a host of one's own the provider's rules need not hold. */
function checkLogin(login: string | undefined, { title, login: rule, page }: Preset, report: Report): void {
  if (login === undefined) {
    if (rule.required) report("login", `missing; ${title} takes mail with a login only: ${rule.shape} (${page})`);
  } else if (!rule.pattern.test(login)) {
    report("login", `${quote(login)} is not a login of ${title}, which is ${rule.shape} (${page})`);
  }
}

function checkTls({ tls, wrapperMode, port, login, host }: RelayHostInput, report: Report): void {
  if (tls === undefined) return;
  if (tls === "opportunistic" && login !== undefined) {
    report("tls", `${quote(tls)} could send the login in clear; use required, verified or dane`);
  } else if (tls === "opportunistic" && (wrapperMode ?? port === 465)) {
    report("tls", `${quote(tls)} cannot be where TLS starts with the first byte; use required, verified or dane`);
  }
  if ((tls === "verified" || tls === "dane") && host !== undefined && parseNetwork(host)) {
    const use = tls === "dane" ? "find TLSA records by" : "compare with the certificate";
    report("tls", `${quote(tls)} needs a name to ${use}, and host is an address; use required`);
  }
}

/** The passwords at smart hosts; never quotes one. */
export function checkSmartHostPasswords(secrets: RelaySecrets, report: Report): void {
  for (const [option, password] of Object.entries({
    relayHost: secrets.relayHostPassword,
    ...secrets.routePasswords,
  })) {
    if (password === undefined) continue;
    const path = `${option}.password`;
    checkPassword(path, password, report);
    if (typeof password === "string" && password !== password.trim()) {
      report(path, "begins or ends with a space, which Postfix's password table cannot hold");
    }
  }
}
