export type {
  AddressRewriteArgs,
  AlertsArgs,
  DeliveryArgs,
  DropletArgs,
  HeaderCheckArgs,
  HostArgs,
  ListenersArgs,
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
export type { Endpoint, HostFacts, Proof, ServedCertificate } from "./outputs";
export { MailRelay } from "./mailRelay";
