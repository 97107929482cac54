import { Facts, releaseDependentParameters } from "../../../components/postfix/facts";
import { partsOf, type RelayParts } from "../../../components/render/parts";
import { resolve } from "../../../components/settings/resolve";
import { RelayInput, RelaySettings } from "../../../components/settings/settings";

/** An input nothing is wrong with, using every option. */
export function fullInput(change: Partial<RelayInput> = {}): RelayInput {
  return {
    myHostname: "relay.example.com",
    myDomain: "example.com",
    users: [{ login: "alice" }, { login: "printer" }],
    myNetworks: ["192.0.2.0/28", "2001:db8::/48"],
    relayHost: { host: "smtp.example.net", port: 2525, login: "account" },
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"] },
    ...change,
  };
}

export function fullSettings(change: Partial<RelayInput> = {}): RelaySettings {
  return resolve(fullInput(change), "2026-06-15");
}

/** The same with what follows from them. */
export function fullParts(change: Partial<RelayInput> = {}): RelayParts {
  return partsOf(fullSettings(change));
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
