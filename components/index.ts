export type {
  DropletArgs,
  Endpoint,
  HostArgs,
  HostFacts,
  ListenersArgs,
  MailRelayArgs,
  Proof,
  RelayHostArgs,
  SaslArgs,
  ServedCertificate,
  SshKeyArgs,
  UserArgs,
} from "./args";
export { Mechanism, PasswordCheck, SaslDatabase, SaslPath } from "./args";
export { MailRelay } from "./mailRelay";
