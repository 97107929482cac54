export type {
  AlertsArgs,
  DkimArgs,
  DkimSelectorArgs,
  DnsArgs,
  DropletArgs,
  HostArgs,
  ListenersArgs,
  MailRelayArgs,
  RelayHostArgs,
  SaslArgs,
  SshKeyArgs,
  UserArgs,
} from "./args";
export { Mechanism, PasswordCheck, SaslDatabase, SaslPath } from "./args";
export type { DnsRecord, Endpoint, HostFacts, Proof, ServedCertificate } from "./outputs";
export { MailRelay } from "./mailRelay";
