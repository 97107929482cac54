export type {
  AlertsArgs,
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
export type { Endpoint, HostFacts, Proof, ServedCertificate, SshAccess } from "./outputs";
export { MailRelay } from "./mailRelay";
