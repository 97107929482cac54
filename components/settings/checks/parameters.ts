import { parseNetwork } from "../addresses";
import { ownedByRelay } from "../../postfix/parameters/owned";
import { ownedByServices } from "../../services/list";
import { chosenParameter } from "../chosenParameters";
import { RelayInput } from "../input";
import { refusalOf } from "../ownedParameters";
import { quote, Report } from "./report";

/** The escape hatch: further main.cf parameters. Whether they exist is for the host's own Postfix to say. */
export function checkParameters(input: RelayInput, report: Report): void {
  const { postfixParameters = {} } = input;
  const owned = { ...ownedByRelay, ...ownedByServices() };
  for (const [name, value] of Object.entries(postfixParameters)) {
    const path = `postfixParameters.${name}`;
    const refusal = refusalOf(name, input, owned);
    if (!/^[A-Za-z0-9_]{1,100}$/.test(name)) {
      report(path, `${quote(name)} is not a parameter name; use Postfix's own, for example maximal_queue_lifetime`);
    } else if (refusal !== undefined) {
      report(path, refusal);
    }
    if (value.includes("#")) {
      report(
        path,
        `${quote(value)} holds a #, which Postfix takes as part of the value and not as a comment; leave it out`,
      );
    } else if (/\p{Cc}/u.test(value)) {
      report(path, `${quote(value)} holds a line break or another control character; write the value in one line`);
    }
  }
  checkProxyInterfaces(input, report);
}

/**
 * Postfix reads it only where it looks up an MX, or for a recipient at an address in brackets; a name that is not found
 * then ends the program, so that no trial without resolver could tell a good one from a bad one.
 */
function checkProxyInterfaces(input: RelayInput, report: Report): void {
  const value = chosenParameter(input, "proxy_interfaces") ?? "";
  for (const address of value.split(/[\s,]+/).filter((part) => part !== "")) {
    if (address.includes("/") || !parseNetwork(address)) {
      report(
        "postfixParameters.proxy_interfaces",
        `${quote(address)} is not an address; list the addresses under which the relay is reached from outside, ` +
          "without prefix, for example 192.0.2.1",
      );
    }
  }
}
