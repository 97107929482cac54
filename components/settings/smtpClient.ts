import { chosenParameter } from "./chosenParameters";
import type { RelayInput } from "./input";

/** How the SMTP client meets every next hop. Both Postfix and the preflight are told, so that they do the same. */
export interface SmtpClientSettings {
  /** SASL mechanisms, the preferred first: the client logs in with the first one that the server offers. */
  mechanisms: string[];
  /** Postfix `smtp_host_lookup`: `dns`, `native`, or both in this order. */
  hostLookup: string[];
  addresses: AddressSettings;
  /** The name in EHLO, where it is not that of the relay. */
  heloName?: string;
  /** The authorities that vouch for servers. */
  caFile: string;
  caPath?: string;
  /** The client's own certificate. */
  certificate?: { file: string; key?: string };
}

/** In which order the client tries the addresses of a next hop, and how many. */
export interface AddressSettings {
  /** Postfix `smtp_address_preference`. */
  preference: "ipv4" | "any";
  /** Postfix `smtp_mx_address_limit`; 0 is no limit. */
  limit: number;
  /** Postfix `smtp_balance_inet_protocols`: the limit leaves addresses of both IP versions. */
  balanced: boolean;
  /** Postfix `smtp_mx_session_limit`: with so many servers it holds a dialogue; 0 is no limit. */
  sessions: number;
}

/**
 * Under TLS, which every login has, PLAIN is as good as any, and what providers support best. A server may offer CRAM-MD5
 * or DIGEST-MD5 without the plain passwords that these need, so the client takes CRAM-MD5 only where there is no other.
 */
const mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5"];

export function resolveSmtpClient(input: RelayInput): SmtpClientSettings {
  const file = given(input, "smtp_tls_chain_files") ?? given(input, "smtp_tls_cert_file");
  return {
    mechanisms,
    hostLookup: hostLookup(given(input, "smtp_host_lookup") ?? ""),
    addresses: addresses(input),
    heloName: given(input, "smtp_helo_name"),
    caFile: "/etc/ssl/certs/ca-certificates.crt",
    caPath: given(input, "smtp_tls_CApath"),
    certificate: file === undefined ? undefined : { file: words(file)[0] ?? file, key: keyFile(input) },
  };
}

/** Postfix's own default is DNS, the same in every release. What it does not know either it refuses in the trial. */
function hostLookup(value: string): string[] {
  const known = words(value.toLowerCase()).filter((word) => ["dns", "native"].includes(word));
  return known.length > 0 ? known : ["dns"];
}

function addresses(input: RelayInput): AddressSettings {
  return {
    // DigitalOcean drops SMTP over IPv6, and each such address would be waited for: the others come first.
    preference: input.droplet ? "ipv4" : "any",
    limit: count(given(input, "smtp_mx_address_limit"), 5),
    balanced: given(input, "smtp_balance_inet_protocols")?.toLowerCase() !== "no",
    sessions: count(given(input, "smtp_mx_session_limit"), 2),
  };
}

/** What is no number Postfix refuses in the trial. */
function count(value: string | undefined, otherwise: number): number {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : otherwise;
}

/** Postfix takes a chain file with its key in it, and a certificate file's key from a parameter of its own. */
function keyFile(input: RelayInput): string | undefined {
  return given(input, "smtp_tls_chain_files") === undefined ? given(input, "smtp_tls_key_file") : undefined;
}

/** A chosen value that neither is empty nor refers to another parameter, which only Postfix could look up. */
function given(input: RelayInput, name: Parameters<typeof chosenParameter>[1]): string | undefined {
  const value = chosenParameter(input, name)?.trim() ?? "";
  return value === "" || value.includes("$") ? undefined : value;
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
