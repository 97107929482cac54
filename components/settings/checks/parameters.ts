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
    } else {
      const harm = harmToLog(name, value);
      if (harm !== undefined) report(path, `${quote(value)} ${harm}`);
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

/** TLS levels from 3 on write what is sent, in hexadecimal; a reference could lead to one. */
const tlsLevel = /^(lmtp|tlsproxy|tlsproxy_client)(_tls)?_loglevel$/;

/** What would bring passwords or messages into the log or into mail to the postmaster, or make the log ambiguous. */
function harmToLog(name: string, value: string): string | undefined {
  if (name === "debug_peer_list" && value.trim() !== "")
    return "has whole sessions logged, with passwords and messages; leave it out, and look at `mail-relay logs`";
  if (tlsLevel.test(name) && !/^[0-2]$/.test(value.trim()))
    return "may have what is sent over TLS logged, with passwords and messages; use 0, 1 or 2";
  if (name === "notify_classes" && !/^(2bounce|delay|[\s,])*$/.test(value))
    return "may have transcripts of sessions, with passwords, mailed to the postmaster; use only 2bounce and delay";
  if (name === "info_log_addr_form" && value.trim() !== "external")
    return "has addresses logged without quotes, so that an address could pass for another line's outcome; leave it out";
  if (name === "syslog_facility")
    return "has Postfix log where metrics, alerts, bans and `mail-relay` do not look; leave it out";
  return undefined;
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
