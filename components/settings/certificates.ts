import { createPrivateKey, KeyObject, X509Certificate } from "node:crypto";
import { SuppliedCertificate } from "./settings";

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a chain as PEM, one by one; what stands between them is only for people. */
export function chainOf(pem: string): string[] {
  return pem.match(block) ?? [];
}

/** The certificate in a PEM block; undefined when it is none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** A private key; `encrypted` for one with a passphrase, undefined for anything else. */
export function readPrivateKey(pem: string): KeyObject | "encrypted" | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // In both forms of PEM the word stands in the open part.
    return /^(-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m.test(pem) ? "encrypted" : undefined;
  }
}

/** SHA-256 over the chain's first certificate, in hexadecimal with colons. */
export function fingerprint({ certificate = "" }: SuppliedCertificate): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** Key and chain in one file, the key first, as Postfix's `smtpd_tls_chain_files` wants them. */
export function keyAndChain({ certificate = "", privateKey = "" }: SuppliedCertificate): string {
  const key = createPrivateKey(privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return [key.trim(), ...chainOf(certificate), ""].join("\n");
}
