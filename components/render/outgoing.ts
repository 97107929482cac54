import { RelaySettings } from "../settings/settings";
import { modernTls } from "./clientTls";
import { Parameters } from "./parameters";

/** Where mail goes, and how the SMTP client speaks to the next hop. */
export function outgoing({ relayHost }: RelaySettings): Parameters {
  return {
    relayhost: relayHost ? `[${relayHost.host}]:${relayHost.port}` : "",
    // A login must never travel in clear.
    smtp_tls_security_level: relayHost?.login === undefined ? "may" : "encrypt",
    smtp_tls_CAfile: "/etc/ssl/certs/ca-certificates.crt",
    smtp_tls_protocols: ["!SSLv2", "!SSLv3"],
    smtp_tls_mandatory_protocols: modernTls,
    smtp_tls_loglevel: 1,
    smtp_sasl_auth_enable: relayHost?.login !== undefined,
    smtp_sasl_password_maps: relayHost?.login === undefined ? "" : "texthash:$config_directory/relay_password",
    smtp_sasl_security_options: ["noanonymous"],
    smtp_sasl_tls_security_options: ["noanonymous"],
  };
}
