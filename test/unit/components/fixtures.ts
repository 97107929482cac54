import { Facts, releaseDependentParameters } from "../../../components/render/facts";
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

const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM"];

/** What the install step reports on the three Postfix generations. */
export const factsOf: Record<string, Facts> = {
  "3.5": {
    release: "debian 11",
    postfixVersion: "3.5.25",
    chrootMechanism: "configure-instance",
    mechanisms,
    parameters: ["smtpd_forbid_bare_newline", "smtpd_forbid_bare_newline_reject_code", "cyrus_sasl_config_path"],
  },
  "3.7": {
    release: "debian 12",
    postfixVersion: "3.7.11",
    chrootMechanism: "chroot_extra_files",
    mechanisms,
    parameters: releaseDependentParameters.filter((name) => name !== "smtpd_client_ipv6_prefix_length"),
  },
  "3.10": {
    release: "debian 13",
    postfixVersion: "3.10.13",
    chrootMechanism: "syncfiles",
    mechanisms,
    parameters: releaseDependentParameters,
  },
};
