import { RelaySettings } from "../settings/settings";
import { Parameters } from "./parameters";
import { signerPort } from "./services/signer";

/** How Postfix asks the signer; nothing for a relay that does not sign. */
export function signing({ dkim }: RelaySettings): Parameters {
  if (!dkim) return {};
  const signer = `inet:127.0.0.1:${signerPort}`;
  return {
    smtpd_milters: signer,
    non_smtpd_milters: signer,
    milter_protocol: 6,
    // Rather later and signed than now and unsigned.
    milter_default_action: "tempfail",
  };
}
