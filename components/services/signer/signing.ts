import { RelaySettings } from "../../settings/settings";
import type { RenderedFile } from "../../render/renderedFile";
import { Parameters } from "../../postfix/parameters";
import { signerPort } from "./service";

/** Has the trial instance's cleanup say what the signer adds to the message; `trial.sh` looks for it. */
export function trialSigning({ dkim }: RelaySettings): { parameters: Parameters; files: RenderedFile[] } {
  if (!dkim) return { parameters: {}, files: [] };
  return {
    parameters: { milter_header_checks: "regexp:$config_directory/signed" },
    files: [{ path: "trial/signed", body: "/^DKIM-Signature:/ INFO signed\n", mode: 0o644 }],
  };
}

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
