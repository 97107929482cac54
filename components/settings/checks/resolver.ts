import { covers, parseNetwork } from "../addresses";
import { defaults } from "../defaults";
import { RelayInput } from "../input";
import { isHostname, quote, Report } from "./report";

/** The resolver on the host. */
export function checkResolver(input: RelayInput, report: Report): void {
  const { resolver } = input;
  if (resolver === undefined) return;
  resolver.forwarders?.forEach((text, index) => checkForwarder(`resolver.forwarders[${index}]`, text, input, report));
  resolver.insecureDomains?.forEach((name, index) => {
    if (!isHostname(name, 1)) {
      report(`resolver.insecureDomains[${index}]`, `${quote(name)} is not a domain, for example corp.example.com`);
    }
  });
}

function checkForwarder(path: string, text: string, { inetProtocols }: RelayInput, report: Report): void {
  const kind = /[/[\]]/.test(text) ? undefined : parseNetwork(text)?.address.kind();
  if (kind === undefined) {
    report(path, `${quote(text)} is not an IP address; give it without port, name or range, for example 192.0.2.53`);
  } else if (defaults.loopback.some((range) => covers(range, text))) {
    report(path, `${quote(text)} is the host itself, which is to do the asking; give a resolver of the network`);
  } else if (kind === "ipv6" && inetProtocols !== "all") {
    const message = `${quote(text)} is an IPv6 address, which the host does not use unless inetProtocols is all`;
    report(path, message, ["inetProtocols"]);
  }
}
