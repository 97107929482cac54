import { createPublicKey } from "node:crypto";

/** The TXT record that publishes a private key's public half (RFC 6376 3.6.1). The key is PEM; what is returned is public. */
export function dkimRecord(privateKey: string): string {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return `v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`;
}
