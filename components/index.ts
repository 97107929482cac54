export type {
  AddressRewriteArgs,
  AlertsArgs,
  DeliveryArgs,
  BanArgs,
  DropletArgs,
  HeaderCheckArgs,
  HostArgs,
  LimitsArgs,
  ListenersArgs,
  MailboxesArgs,
  MailRelayArgs,
  RelayHostArgs,
  RelayRouteArgs,
  RewritingArgs,
  SaslArgs,
  SshKeyArgs,
  TransportArgs,
  UserArgs,
} from "./args";
export {
  HeaderAction,
  InetProtocols,
  Mechanism,
  PasswordCheck,
  Preflight,
  RelayHostPreset,
  RelayHostTls,
  SaslDatabase,
  SaslPath,
} from "./args";
export type { ClientServer, Endpoint, HostFacts, Proof, ServedCertificate } from "./outputs";
export { MailRelay } from "./mailRelay";
