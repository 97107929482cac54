import { X509Certificate } from "node:crypto";
import { chainOf, readCertificate, readPrivateKey } from "../certificates";
import { SuppliedCertificate } from "../settings";
import { isHostname, quote, Report } from "./report";

/** A supplied certificate with its key; never quotes the key. What is not known yet is not checked. */
export function checkCertificate(supplied: SuppliedCertificate | undefined, now: Date, report: Report): void {
  const { certificate, privateKey, hostname } = supplied ?? {};
  const leaf = certificate === undefined ? undefined : checkChain(certificate, now, report);
  // Another check hears of a name that is none; checkHost() throws at some of them.
  if (
    leaf &&
    isHostname(hostname ?? "", 1) &&
    leaf.checkHost(hostname!.toLowerCase(), { subject: "never" }) === undefined
  ) {
    const names = leaf.subjectAltName ?? "no alternative name";
    report("tls.certificate", `is for ${names}, which does not cover myHostname ${quote(hostname)}`);
  }
  if (privateKey !== undefined) checkKey(privateKey, leaf, report);
}

/** The chain's first certificate, if all of them can be read. */
function checkChain(pem: string, now: Date, report: Report): X509Certificate | undefined {
  const path = "tls.certificate";
  if (typeof pem !== "string") return void report(path, "is not text; put it in quotes");
  const blocks = chainOf(pem);
  const chain = blocks.map(readCertificate);
  const readable = chain.filter((certificate) => certificate !== undefined);
  if (blocks.length === 0) {
    report(path, "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  } else if (readable.length < blocks.length) {
    report(path, `certificate ${chain.indexOf(undefined) + 1} of ${blocks.length} in it cannot be read`);
  } else {
    readable.forEach((certificate, index) => checkPlace(readable, certificate, index, now, report));
    return readable[0];
  }
  return undefined;
}

function checkPlace(chain: X509Certificate[], certificate: X509Certificate, index: number, now: Date, report: Report) {
  const which = chain.length === 1 ? "the certificate" : `certificate ${index + 1} of ${chain.length} in it`;
  const { validFrom, validTo } = certificate;
  if (now > new Date(validTo)) report("tls.certificate", `${which} ended on ${validTo}; renew it`);
  if (now < new Date(validFrom)) report("tls.certificate", `${which} is not valid before ${validFrom}`);
  const issuer = chain[index + 1];
  if (issuer && !certificate.checkIssued(issuer)) {
    report(
      "tls.certificate",
      `${which} was not issued by the next one; put the relay's first, then each one's issuer behind it`,
    );
  }
}

function checkKey(pem: string, leaf: X509Certificate | undefined, report: Report): void {
  const path = "tls.privateKey";
  if (typeof pem !== "string") return report(path, "is not text; put it in quotes");
  const key = readPrivateKey(pem);
  if (key === undefined) return report(path, "is not a private key in PEM form (its value is not shown here)");
  if (key === "encrypted") return report(path, "has a passphrase, which nobody could type at a boot; take it off");
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType !== "rsa" && asymmetricKeyType !== "ec") {
    report(path, `is an ${asymmetricKeyType} key, which many mail clients do not know; use RSA or EC`);
  } else if (asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    report(path, `is an RSA key of ${asymmetricKeyDetails?.modulusLength} bits; clients demand at least 2048`);
  }
  if (leaf && !leaf.checkPrivateKey(key)) {
    report(path, "does not belong to the first certificate in tls.certificate");
  }
}
