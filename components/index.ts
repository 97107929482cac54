export type {
  DropletArgs,
  Endpoint,
  HostArgs,
  HostFacts,
  ListenersArgs,
  MailRelayArgs,
  RelayHostArgs,
  SaslArgs,
  SshKeyArgs,
  UserArgs,
} from "./args";
export { Mechanism, SaslPath } from "./args";
export { MailRelay } from "./mailRelay";
