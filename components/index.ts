export type {
  DropletArgs,
  Endpoint,
  HostArgs,
  HostFacts,
  MailRelayArgs,
  RelayHostArgs,
  SshKeyArgs,
  UserArgs,
} from "./args";
export { MailRelay } from "./mailRelay";
