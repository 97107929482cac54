import { RelayInput } from "../settings";
import { isHostname, quote, Report } from "./report";

const paths = ["smtpd", "cyrus"];
const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM"];
/** Those the deploy itself can log in with. */
const provable = ["PLAIN", "LOGIN", "CRAM-MD5"];

/** How logins work. */
export function checkSasl({ sasl }: RelayInput, report: Report): void {
  if (!sasl) return;
  if (sasl.path !== undefined && !paths.includes(sasl.path)) {
    report("sasl.path", `${quote(sasl.path)} is not one of ${paths.join(", ")}`);
  }
  if (sasl.realm !== undefined && sasl.realm !== "" && !isHostname(sasl.realm, 1)) {
    report(
      "sasl.realm",
      `${quote(sasl.realm)} is not a realm; give a domain name, or nothing at all for Postfix's own`,
    );
  }
  const chosen = sasl.mechanisms;
  chosen?.forEach((mechanism, index) => {
    if (!mechanisms.includes(mechanism)) {
      report(`sasl.mechanisms[${index}]`, `${quote(mechanism)} is not one of ${mechanisms.join(", ")}`);
    }
  });
  if (chosen && !chosen.some((mechanism) => provable.includes(mechanism))) {
    report("sasl.mechanisms", `the deploy proves itself with one of ${provable.join(", ")}; add one`);
  }
}
