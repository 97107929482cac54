import { Facts, releaseDependentParameters } from "../postfix/facts";

const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM"];

/** What the install step reports on a host with all updates, for each generation of Postfix. */
const generations: Record<string, Facts> = {
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

/** The same by release; those of Ubuntu have the generation of the Debian release they are near to. */
export const releaseFacts: Record<string, Facts> = {
  ...generations,
  "debian 11": generations["3.5"]!,
  "debian 12": generations["3.7"]!,
  "debian 13": generations["3.10"]!,
  "ubuntu 20.04": generations["3.5"]!,
  "ubuntu 22.04": generations["3.7"]!,
  "ubuntu 24.04": generations["3.7"]!,
  "ubuntu 26.04": generations["3.10"]!,
};
