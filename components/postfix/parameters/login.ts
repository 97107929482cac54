import { fixed, use, type OwnedParameters } from "../../settings/ownedParameters";
import type { RelaySettings } from "../../settings/settings";
import type { Facts } from "../facts";
import { only, type Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  smtpd_sasl_auth_enable: use("listeners"),
  smtpd_sasl_type: fixed,
  smtpd_sasl_path: use("sasl.path"),
  cyrus_sasl_config_path: fixed,
  smtpd_sasl_local_domain: use("sasl.realm"),
  smtpd_sasl_security_options: use("sasl.mechanisms"),
  smtpd_sasl_tls_security_options: use("sasl.mechanisms"),
  smtpd_sasl_authenticated_header: fixed,
  broken_sasl_auth_clients: use("sasl.brokenClients"),
  smtpd_tls_auth_only: fixed,
};

/** How clients log in; the listeners in master.cf switch it on. */
export function login(settings: RelaySettings, facts: Facts): Parameters {
  return {
    smtpd_sasl_auth_enable: false,
    smtpd_sasl_type: "cyrus",
    smtpd_sasl_path: settings.sasl.path,
    ...only(facts, { cyrus_sasl_config_path: "$config_directory/sasl" }),
    smtpd_sasl_local_domain: settings.sasl.localDomain,
    smtpd_sasl_security_options: ["noanonymous"],
    smtpd_sasl_tls_security_options: ["noanonymous"],
    smtpd_sasl_authenticated_header: false,
    broken_sasl_auth_clients: settings.sasl.brokenClients,
    smtpd_tls_auth_only: true,
  };
}
