export type {
  AlertsArgs,
  BanArgs,
  DropletArgs,
  HostArgs,
  LimitsArgs,
  ListenersArgs,
  MailboxesArgs,
  MailRelayArgs,
  RelayHostArgs,
  SaslArgs,
  SshKeyArgs,
  UserArgs,
} from "./args";
export { Mechanism, PasswordCheck, SaslDatabase, SaslPath } from "./args";
export type { ClientServer, Endpoint, HostFacts, Proof, ServedCertificate } from "./outputs";
export { MailRelay } from "./mailRelay";
