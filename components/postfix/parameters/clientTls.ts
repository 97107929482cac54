import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import { Parameters } from "./parameters";

/** TLS 1.2 and later; the shorter `>=TLSv1.2` is only understood from Postfix 3.6 on. */
export const modernTls = ["!SSLv2", "!SSLv3", "!TLSv1", "!TLSv1.1"];

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  smtpd_tls_security_level: fixed,
  smtpd_tls_chain_files: fixed,
  smtpd_tls_protocols: fixed,
  smtpd_tls_mandatory_protocols: fixed,
  smtpd_tls_ciphers: fixed,
  smtpd_tls_mandatory_ciphers: fixed,
  smtpd_tls_exclude_ciphers: fixed,
  smtpd_tls_mandatory_exclude_ciphers: use("tls.rsaForLogins"),
  tls_preempt_cipherlist: fixed,
  tls_ssl_options: fixed,
  smtpd_tls_loglevel: fixed,
  smtpd_tls_received_header: fixed,
};

/** How clients meet TLS on the listeners. */
export function clientTls({ tls }: RelaySettings): Parameters {
  return {
    smtpd_tls_security_level: "may",
    smtpd_tls_chain_files: "$config_directory/tls/relay.pem",
    smtpd_tls_protocols: modernTls,
    smtpd_tls_mandatory_protocols: modernTls,
    smtpd_tls_ciphers: "medium",
    smtpd_tls_mandatory_ciphers: "high",
    smtpd_tls_exclude_ciphers: ["aNULL"],
    // Where TLS is mandatory, for logins, only forward secrecy and authenticated encryption are left (RFC 9325 4.2).
    // On port 25 the alternative is clear text, so there everything else is better than nothing.
    smtpd_tls_mandatory_exclude_ciphers: [
      ...["kRSA", "kDHE", "SHA1", "SHA256", "SHA384"],
      ...(tls.rsaForLogins ? [] : ["aRSA"]),
    ],
    tls_preempt_cipherlist: true,
    // OpenSSL before 3 lets a client ask for new handshakes in a session, without end, at the server's cost.
    tls_ssl_options: ["NO_RENEGOTIATION"],
    smtpd_tls_loglevel: 1,
    smtpd_tls_received_header: true,
  };
}
