import { hopAddress, hopOptions, type NextHop } from "../postfix/nextHops";
import type { Parameters } from "../postfix/parameters/parameters";
import type { RelayParts } from "../render/parts";
import { senderFor } from "./hopSender";
import { trialPortOffset } from "./trialNames";

/**
 * Address verification in the trial instance: Postfix's own SMTP client holds the dialogue with each smart host up to
 * RCPT TO, and `host/verification.py` reads in the trial's log how far it came. Postfix routes only its probes, which have
 * no content and end before DATA, by `address_verify_transport_maps`; no other mail finds these clients.
 */

/** Takes the recipients to verify. It answers at once; the log says what came of each. */
const listener = {
  port: 26,
  service: "26",
  options: {
    syslog_name: "postfix/verify",
    smtpd_tls_security_level: "none",
    smtpd_helo_restrictions: "",
    smtpd_sender_restrictions: "",
    smtpd_relay_restrictions: "permit_mynetworks,reject",
    smtpd_recipient_restrictions: "reject_unverified_recipient",
    smtpd_soft_error_limit: "1000",
    smtpd_hard_error_limit: "1000",
    address_verify_poll_count: "1",
  },
};

export const verificationPort = listener.port + trialPortOffset;

/** A recipient for each try, because Postfix remembers what came of one. */
export function probeRecipients(hop: NextHop): string[] {
  return [1, 2, 3].map((attempt) => `${hop.transport}-${attempt}@relay-probe.invalid`);
}

const clientOf = ({ transport }: NextHop) => `verify-${transport}`;

/** The smart hosts to try. */
function wanted({ settings, hops }: RelayParts): NextHop[] {
  return settings.preflight === "off" ? [] : hops;
}

/** What the trial has in main.cf for it. */
export function verificationParameters(parts: RelayParts): Parameters {
  const hops = wanted(parts);
  const [first] = hops;
  if (!first) return {};
  const routes = hops.flatMap((hop) =>
    probeRecipients(hop).map((recipient) => `{${recipient} = ${clientOf(hop)}:${hopAddress(hop)}}`),
  );
  return {
    address_verify_map: "",
    address_verify_sender: senderFor(first, parts.settings),
    address_verify_transport_maps: `inline:{${routes.join(", ")}}`,
    // A first try that fails must not keep the queue manager from the next.
    default_destination_concurrency_failed_cohort_limit: 100,
  };
}

export function verificationListeners(parts: RelayParts): (typeof listener)[] {
  return wanted(parts).length > 0 ? [listener] : [];
}

/** The clients: as the live ones, but as impatient as the preflight. */
export function verificationClients(parts: RelayParts): { name: string; options: Record<string, string> }[] {
  return wanted(parts).map((hop) => ({
    name: clientOf(hop),
    options: {
      ...hopOptions(hop, clientOf(hop)),
      smtp_connect_timeout: "8s",
      smtp_helo_timeout: "8s",
      smtp_starttls_timeout: "8s",
      smtp_mail_timeout: "8s",
      smtp_rcpt_timeout: "8s",
      // The trial has its other programs use IPv4.
      inet_protocols: parts.settings.inetProtocols,
      // tlsproxy would look for the authorities in the chroot of the trial, which has none.
      smtp_tls_connection_reuse: "no",
    },
  }));
}
