import { createPrivateKey } from "node:crypto";
import { RelayInput } from "../input";
import { isHostname, quote, Report } from "./report";

/** What is signed, and by which names. */
export function checkDkim({ dkim }: RelayInput, report: Report): void {
  if (!dkim) return;
  const { domains, selectors } = dkim;
  if (domains?.length === 0)
    report("dkim.domains", "is empty; leave it out to sign for myDomain, or dkim out to not sign");
  domains?.forEach((domain, index) => {
    if (!isHostname(domain, 2)) report(`dkim.domains[${index}]`, `${quote(domain)} is not a domain name`);
    checkOnce(`dkim.domains[${index}]`, domains, index, report);
  });
  if (selectors?.length === 0) report("dkim.selectors", "is empty; leave it out for one generated key");
  const names = selectors?.map(({ selector }) => selector ?? "") ?? [];
  names.forEach((selector, index) => {
    if (selector === "" && selectors?.[index]?.selector === undefined) return;
    if (!isHostname(selector, 1)) {
      report(
        `dkim.selectors[${index}].selector`,
        `${quote(selector)} is not a selector; use letters, digits and inner hyphens, for example relay1`,
      );
    }
    checkOnce(`dkim.selectors[${index}].selector`, names, index, report);
  });
}

function checkOnce(path: string, all: string[], index: number, report: Report): void {
  const text = all[index]!;
  if (all.slice(0, index).some((other) => other.toLowerCase() === text.toLowerCase())) {
    report(path, `${quote(text)} is given twice; give each once`);
  }
}

/** The private keys; never quotes one. */
export function checkDkimKeys(keys: (string | undefined)[], report: Report): void {
  keys.forEach((key, index) => {
    if (key !== undefined && bitsOf(key) !== 2048) {
      // Longer ones do not fit into one TXT record at DigitalOcean and others; shorter ones count for nothing any more.
      const message = "is not an RSA key with 2048 bits in PEM form; make one with openssl genrsa 2048";
      report(`dkim.selectors[${index}].privateKey`, message);
    }
  });
}

function bitsOf(pem: string): number | undefined {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === "rsa" ? asymmetricKeyDetails?.modulusLength : undefined;
  } catch {
    return undefined;
  }
}
