import { fixed, type OwnedParameters } from "../../settings/ownedParameters";
import type { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  smtpd_peername_lookup: fixed,
  in_flow_delay: fixed,
  smtp_tls_connection_reuse: fixed,
};

/** What keeps sessions fast. */
export function throughput(): Parameters {
  return {
    // Slow or absent reverse DNS of clients would throttle every session; nothing here decides by client name.
    smtpd_peername_lookup: false,
    in_flow_delay: 0,
    smtp_tls_connection_reuse: true,
  };
}
