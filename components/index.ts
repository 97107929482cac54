export type {
  AddressRewriteArgs,
  AcmeArgs,
  AlertsArgs,
  DeliveryArgs,
  BanArgs,
  DkimArgs,
  DkimSelectorArgs,
  DnsArgs,
  DropletAlertsArgs,
  DropletArgs,
  HeaderCheckArgs,
  HostArgs,
  LimitsArgs,
  ListenersArgs,
  MailboxesArgs,
  MailRelayArgs,
  RelayHostArgs,
  RelayRouteArgs,
  ResolverArgs,
  RewritingArgs,
  SaslArgs,
  SshKeyArgs,
  TransportArgs,
  TlsArgs,
  UserArgs,
} from "./args";
export {
  HeaderAction,
  HeaderFrom,
  InetProtocols,
  Mechanism,
  PasswordCheck,
  Preflight,
  RelayHostPreset,
  RelayHostTls,
  SaslDatabase,
  SaslPath,
} from "./args";
export type { ClientServer, DnsRecord, Endpoint, HostFacts, Proof, ServedCertificate, SshAccess } from "./outputs";
export { knownInputs } from "./knownInputs";
export { MailRelay } from "./mailRelay";
export { renderRelay } from "./renderRelay";
export type { RelayFile, RenderOptions } from "./renderRelay";
