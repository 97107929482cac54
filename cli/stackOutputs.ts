import type { ClientServer, DnsRecord, SshAccess } from "../components/outputs";

/** A relay's outputs as commands read them; a deploy from before an output existed has not got it. */
export interface StackOutputs {
  hostname: string;
  address?: string;
  /** By login, the best server first. */
  clientSettings?: Record<string, ClientServer[]>;
  /** Thunderbird's configuration file. */
  autoconfig?: string;
  dnsRecords?: DnsRecord[];
  /** Login to password. */
  logins?: Record<string, string>;
  mainCf?: string;
  masterCf?: string;
  ssh?: SshAccess;
}
