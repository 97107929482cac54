import type { CertificateSeen } from "../survey";
import { fault, warning, type Check, type Finding } from "./finding";

/** Lifetimes differ, so the limit is a share of the lifetime and not a number of days. */
const SHARE_LEFT = 1 / 6;
const DAY = 86_400;
const RENEW =
  "install a new one (key first, then the chain) and run `postfix reload`; if there is none, `pulumi up` makes one";

export const certificate: Check<CertificateSeen>[] = [readable, ended, ending, named, keyed];

function readable({ problem }: CertificateSeen): Finding[] {
  return problem === null
    ? []
    : [fault("certificate-unreadable", problem, "install a key and its certificate, or let `pulumi up` make one")];
}

function ended({ ends, now }: CertificateSeen): Finding[] {
  if (ends === undefined || ends > now) return [];
  const days = Math.floor((now - ends) / DAY);
  return [fault("certificate-ended", `the certificate ended ${days} days ago: clients refuse it`, RENEW)];
}

function ending({ begins, ends, now }: CertificateSeen): Finding[] {
  if (begins === undefined || ends === undefined || ends <= now) return [];
  if (ends - now >= (ends - begins) * SHARE_LEFT) return [];
  const days = Math.floor((ends - now) / DAY);
  return [
    warning("certificate-ends", `the certificate ends in ${days} days`, `find out why it was not renewed, or ${RENEW}`),
  ];
}

function named({ nameMatches, names, hostname }: CertificateSeen): Finding[] {
  if (nameMatches !== false) return [];
  const text = names?.length ? names.join(", ") : "no name";
  return [fault("certificate-name", `the certificate is for ${text}, not for ${hostname}`, `get one for ${hostname}`)];
}

function keyed({ keyMatches, path }: CertificateSeen): Finding[] {
  if (keyMatches !== false) return [];
  return [
    fault(
      "certificate-key",
      `${path}: the key does not belong to the certificate`,
      "install the key and its certificate together",
    ),
  ];
}
