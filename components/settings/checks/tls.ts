import { chainOf, readCertificate } from "../certificates";
import { RelayInput, TlsInput } from "../input";
import { isAddress, quote, Report } from "./report";

/** Where the certificate comes from; a supplied one itself is checked together with its key. */
export function checkTls({ tls }: RelayInput, report: Report): void {
  if (!tls) return;
  if (tls.certificate && !tls.privateKey) report("tls.privateKey", "missing; tls.certificate needs it");
  if (tls.privateKey && !tls.certificate) {
    report("tls.certificate", "missing; tls.privateKey was given without it");
  }
  if (tls.rsaForLogins === false && tls.certificate) {
    report("tls.rsaForLogins", "a supplied certificate is served as it is; leave it out", ["tls.certificate"]);
  }
  if (!tls.acme) return;
  if (tls.certificate || tls.privateKey) {
    report("tls.acme", "given together with a certificate of your own; give one of the two");
  }
  checkAcme(tls.acme, report);
}

function checkAcme(acme: NonNullable<TlsInput["acme"]>, report: Report): void {
  const { email, staging, directoryUrl, caCertificate } = acme;
  if (email !== undefined && !isAddress(email)) {
    report("tls.acme.email", `${quote(email)} is not a mail address, for example ops@example.net`);
  }
  if (directoryUrl !== undefined) {
    const parsed = URL.canParse(directoryUrl) ? new URL(directoryUrl) : undefined;
    if (parsed?.protocol !== "https:" || /\s/.test(directoryUrl)) {
      report("tls.acme.directoryUrl", `${quote(directoryUrl)} is not the https:// address of an ACME directory`);
    }
    if (staging) report("tls.acme.staging", "is for Let's Encrypt, but tls.acme.directoryUrl names another; give one");
  }
  if (caCertificate !== undefined && !isCertificate(caCertificate)) {
    report("tls.acme.caCertificate", "is not a certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  }
}

/** Letters, digits and `_` are all that DigitalOcean uses; others could break the header that carries it. */
export function checkDigitalOceanToken(token: string | undefined, report: Report): void {
  if (token === undefined || (typeof token === "string" && /^\w+$/.test(token))) return;
  const message =
    "is not an API token of DigitalOcean, dop_v1_ and 64 hexadecimal digits (its value is not shown here)";
  report("tls.acme.digitalOceanToken", message);
}

function isCertificate(pem: string): boolean {
  const blocks = chainOf(pem);
  return blocks.length > 0 && blocks.every((block) => readCertificate(block) !== undefined);
}
