import type { CertificateSeen } from "../survey";
import { fault, warning, type Check, type Finding } from "./finding";

/** Lifetimes differ and shrink, so the limit is a share of the lifetime and not a number of days. */
const SHARE_LEFT = 1 / 6;
const DAY = 86_400;
const RENEW =
  "put a new one there (key first, then the chain) and `postfix reload`; without one, `pulumi up` makes one";

export const certificate: Check<CertificateSeen>[] = [readable, ended, ending, named, keyed];

function readable({ problem }: CertificateSeen): Finding[] {
  return problem === null
    ? []
    : [fault("certificate-unreadable", problem, "put a key and its certificate there, or let `pulumi up` make one")];
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
    warning("certificate-ends", `the certificate ends in ${days} days`, `${RENEW}; and see why nothing else did`),
  ];
}

function named({ nameMatches, names, hostname }: CertificateSeen): Finding[] {
  if (nameMatches !== false) return [];
  const text = names?.length ? names.join(", ") : "nobody";
  return [fault("certificate-name", `the certificate is for ${text}, not for ${hostname}`, `get one for ${hostname}`)];
}

function keyed({ keyMatches, path }: CertificateSeen): Finding[] {
  if (keyMatches !== false) return [];
  return [
    fault(
      "certificate-key",
      `${path}: the key is not the certificate's`,
      "put key and certificate in together, by rename",
    ),
  ];
}
