import { RelayInput } from "../input";
import { isAddress, isHostname, quote, Report } from "./report";

/** Which mail goes to which next hop, and whether any has a way out. */
export function checkRoutes(input: RelayInput, report: Report): void {
  const { relayRoutes = [], transports = [], relayHost, directDelivery } = input;
  const senders = new Map<string, string>();
  relayRoutes.forEach((route, index) => {
    const path = `relayRoutes[${index}].senders`;
    if (!route.senders?.length) report(path, "missing; list the addresses or @domains whose mail goes this way");
    route.senders?.forEach((sender, at) => {
      if (!isAddress(sender) && !(sender.startsWith("@") && isHostname(sender.slice(1), 2))) {
        report(`${path}[${at}]`, `${quote(sender)} is not a sender; give an address, or @domain for all of a domain`);
      }
      checkOnce(`${path}[${at}]`, sender, senders, report);
    });
    if (!route.relayHost) report(`relayRoutes[${index}].relayHost`, "missing; say where this mail goes");
  });
  const destinations = new Map<string, string>();
  transports.forEach((transport, index) => {
    const path = `transports[${index}].destinations`;
    if (!transport.destinations?.length) report(path, "missing; list the domains whose mail goes this way");
    transport.destinations?.forEach((destination, at) => {
      checkDestination(`${path}[${at}]`, destination, input, report);
      checkOnce(`${path}[${at}]`, destination, destinations, report);
    });
    if (!transport.relayHost) report(`transports[${index}].relayHost`, "missing; say where this mail goes");
  });
  if (directDelivery && relayHost) {
    report("directDelivery", "given together with relayHost, which takes all mail; give one of the two");
  }
}

function checkDestination(path: string, destination: string, input: RelayInput, report: Report): void {
  if (!isHostname(destination.replace(/^\./, ""), destination.startsWith(".") ? 1 : 2)) {
    report(
      path,
      `${quote(destination)} is not a domain; give one such as example.net, or .example.net for all below it`,
    );
  }
  const own = [input.myHostname, "localhost", ...(input.myDestination ?? [])].map((name) => name?.toLowerCase());
  if (own.includes(destination.toLowerCase())) {
    report(path, `${quote(destination)} is delivered on the relay itself; take it out here or of myDestination`);
  }
}

function checkOnce(path: string, value: string, seen: Map<string, string>, report: Report): void {
  const first = seen.get(value.toLowerCase());
  if (first !== undefined) report(path, `${quote(value)} is already ${first}; give each once`);
  else seen.set(value.toLowerCase(), path);
}
