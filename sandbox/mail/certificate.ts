import { createSelfSignedCertificate, generatePrivateKey, identityForHost } from "sshpk";

/** A private key and a certificate for it, as PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/** A fresh self-signed certificate for a host name: good for encryption, vouched for by nobody but its holder. */
export function selfSigned(hostname: string): Certificate {
  const key = generatePrivateKey("ecdsa");
  const cert = createSelfSignedCertificate(identityForHost(hostname), key);
  return { key: key.toString("pkcs8"), cert: cert.toString("pem") };
}
