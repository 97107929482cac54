export type {
  AcmeArgs,
  AlertsArgs,
  DropletArgs,
  HostArgs,
  ListenersArgs,
  MailRelayArgs,
  RelayHostArgs,
  SaslArgs,
  SshKeyArgs,
  TlsArgs,
  UserArgs,
} from "./args";
export { Mechanism, PasswordCheck, SaslDatabase, SaslPath } from "./args";
export type { Endpoint, HostFacts, Proof, ServedCertificate } from "./outputs";
export { MailRelay } from "./mailRelay";
