/** What the install step found on the host; the shape of its one line of output. */
export interface Facts {
  release: string;
  postfixVersion: string;
  chrootMechanism: string;
  mechanisms: string[];
  parameters: string[];
}

/** Reads the install step's output. */
export function parseFacts(stdout: string): Facts {
  let facts: Partial<Facts>;
  try {
    facts = JSON.parse(stdout) as Partial<Facts>;
  } catch {
    throw new Error(`the install step did not end with its facts but with: ${JSON.stringify(stdout.slice(-200))}`);
  }
  const { release, postfixVersion, chrootMechanism, mechanisms, parameters } = facts;
  if (!release || !postfixVersion || !chrootMechanism || !Array.isArray(mechanisms) || !Array.isArray(parameters)) {
    throw new Error(`the install step's facts are incomplete: ${stdout.slice(0, 200)}`);
  }
  return { release, postfixVersion, chrootMechanism, mechanisms, parameters };
}

/**
 * Parameters whose existence differs between the releases; the install step reports which of them the host's own
 * `postconf -d` knows.
 */
export const releaseDependentParameters = [
  "smtpd_forbid_bare_newline",
  "smtpd_forbid_bare_newline_reject_code",
  "smtpd_forbid_unauth_pipelining",
  "smtpd_relay_before_recipient_restrictions",
  "cyrus_sasl_config_path",
  "smtpd_client_ipv6_prefix_length",
];
