import { Facts } from "../../../components/postfix/facts";
import { partsOf, type RelayParts } from "../../../components/render/parts";
import { releaseFacts } from "../../../components/render/releases";
import { inspect } from "../../../components/settings/inspect";
import { resolve } from "../../../components/settings/resolve";
import { RelayInput, RelaySettings } from "../../../components/settings/settings";
import type { Issue } from "../../../components/settings/validate";

/** An input nothing is wrong with, using every option. */
export function fullInput(change: Partial<RelayInput> = {}): RelayInput {
  return {
    myHostname: "relay.example.com",
    myDomain: "example.com",
    users: [{ login: "alice" }, { login: "printer" }],
    myNetworks: ["192.0.2.0/28", "2001:db8::/48"],
    relayHost: { host: "smtp.example.net", port: 2525, login: "account", password: true },
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
    ...change,
  };
}

/** What is wrong with the full input after a change, which may be of any kind. */
export function issuesOf(change: object = {}): Issue[] {
  return inspect(fullInput(change)).issues;
}

export function fullSettings(change: Partial<RelayInput> = {}): RelaySettings {
  return resolve(fullInput(change), "2026-06-15");
}

/** The same with what follows from them. */
export function fullParts(change: Partial<RelayInput> = {}): RelayParts {
  return partsOf(fullSettings(change));
}

/** What the install step reports on the three Postfix generations. */
export const factsOf: Record<string, Facts> = Object.fromEntries(
  ["3.5", "3.7", "3.10"].map((generation) => [generation, releaseFacts[generation]!]),
);
