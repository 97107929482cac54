import { parseNetwork } from "../addresses";
import { RelayInput } from "../settings";
import { checkPort, isHostname, quote, Report } from "./report";

/** The next hop. */
export function checkRelayHost({ relayHost }: RelayInput, report: Report): void {
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
