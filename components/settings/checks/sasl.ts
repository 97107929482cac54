import { RelayInput } from "../input";
import { domainOf } from "../names";
import { isHostname, quote, Report } from "./report";

/** Those the deploy itself can log in with. */
const provable: string[] = ["PLAIN", "LOGIN", "CRAM-MD5"];
/** Those that send the password itself, which is all saslauthd can compare. */
const clear: string[] = ["PLAIN", "LOGIN"];

/** How logins work. */
export function checkSasl(input: RelayInput, report: Report): void {
  const { sasl } = input;
  if (!sasl) return;
  if (sasl.realm !== undefined && sasl.realm !== "" && !isHostname(sasl.realm, 1)) {
    report(
      "sasl.realm",
      `${quote(sasl.realm)} is not a realm; give a domain name, or nothing at all for Postfix's own`,
    );
  }
  checkAlsoRealms(input, report);
  if (sasl.mechanisms && !sasl.mechanisms.some((mechanism) => provable.includes(mechanism))) {
    const message = `the deploy proves itself with one of ${provable.join(", ")}; add one`;
    report("sasl.mechanisms", message, ["sasl.mechanisms"]);
  }
  if (sasl.threads !== undefined && !(Number.isInteger(sasl.threads) && sasl.threads >= 1 && sasl.threads <= 100)) {
    report("sasl.threads", `${quote(sasl.threads)} is not a number of processes; use a whole number from 1 to 100`);
  }
  if (sasl.passwordCheck === "saslauthd") checkSaslauthd(input, report);
  else if (sasl.threads !== undefined) {
    report(
      "sasl.threads",
      "only saslauthd has processes to count; leave it out, or set sasl.passwordCheck to saslauthd",
      ["sasl.passwordCheck"],
    );
  }
}

function checkAlsoRealms({ sasl, myDomain, myHostname }: RelayInput, report: Report): void {
  const realm = (sasl?.realm ?? myDomain?.toLowerCase() ?? domainOf(myHostname?.toLowerCase() ?? "")) || myHostname;
  sasl?.alsoRealms?.forEach((also, index, all) => {
    const path = `sasl.alsoRealms[${index}]`;
    if (!isHostname(also, 1)) {
      report(path, `${quote(also)} is not a realm; give a domain name, for example relay.example.com`);
    } else if (also === realm) {
      report(path, `${quote(also)} is the realm already; leave it out`, ["sasl.realm", "myDomain", "myHostname"]);
    } else if (all.indexOf(also) < index) {
      report(path, `${quote(also)} is already sasl.alsoRealms[${all.indexOf(also)}]; give each realm once`);
    }
  });
}

/** What does not go together with saslauthd. */
function checkSaslauthd({ sasl, users = [] }: RelayInput, report: Report): void {
  if (sasl?.database === "chrootOnly") {
    report("sasl.database", "saslauthd reads /etc/sasldb2, outside the chroot; leave sasl.database out or use shared");
  }
  sasl?.mechanisms?.forEach((mechanism, index) => {
    if (!clear.includes(mechanism)) {
      report(
        `sasl.mechanisms[${index}]`,
        `saslauthd cannot check ${mechanism}; use ${clear.join(" and ")}, or set sasl.passwordCheck to auxprop`,
      );
    }
  });
  users.forEach(({ previousPasswordUntil }, index) => {
    if (previousPasswordUntil !== undefined) {
      report(
        `users[${index}].previousPassword`,
        "saslauthd knows one password a login; wait for the end of the change-over, or set sasl.passwordCheck to auxprop",
      );
    }
  });
}
