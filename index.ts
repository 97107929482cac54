import * as pulumi from "@pulumi/pulumi";
import {
  AlertsArgs,
  DeliveryArgs,
  DkimArgs,
  DnsArgs,
  DropletArgs,
  HeaderCheckArgs,
  HostArgs,
  InetProtocols,
  LimitsArgs,
  ListenersArgs,
  MailboxesArgs,
  MailRelay,
  Preflight,
  RelayHostArgs,
  RelayRouteArgs,
  ResolverArgs,
  RewritingArgs,
  SaslArgs,
  TransportArgs,
  TlsArgs,
  UserArgs,
} from "./components";
import { proofSummary as summarize } from "./components/proof/proofSummary";

const config = new pulumi.Config();

// Objects may hold secrets (`pulumi config set --secret --path ...`); the component keeps those out of the state.
const relay = new MailRelay("relay", {
  myHostname: config.require("myHostname"),
  // Empty is Pulumi.yaml's way to say "not given": project configuration has no optional keys.
  myDomain: config.get("myDomain") || undefined,
  users: config.getObject<UserArgs[]>("users"),
  keepUnmanagedUsers: config.getBoolean("keepUnmanagedUsers"),
  myNetworks: config.getObject<string[]>("myNetworks"),
  myDestination: config.getObject<string[]>("myDestination"),
  aliases: config.getObject<Record<string, string>>("aliases"),
  listeners: config.getObject<ListenersArgs>("listeners"),
  sasl: config.getObject<SaslArgs>("sasl"),
  limits: config.getObject<LimitsArgs>("limits"),
  hideClients: config.getBoolean("hideClients"),
  mailboxes: config.getObject<MailboxesArgs>("mailboxes"),
  tls: config.getObject<TlsArgs>("tls"),
  postfixParameters: config.getObject<Record<string, string>>("postfixParameters"),
  driftCheck: config.getBoolean("driftCheck"),
  unattendedUpgrades: config.getBoolean("unattendedUpgrades"),
  metrics: config.getBoolean("metrics"),
  alerts: config.getObject<AlertsArgs>("alerts"),
  logDays: config.getNumber("logDays"),
  dkim: config.getObject<DkimArgs>("dkim"),
  manageDns: config.getBoolean("manageDns"),
  blockLists: config.getObject<string[]>("blockLists"),
  dns: config.getObject<DnsArgs>("dns"),
  relayHost: config.getObject<RelayHostArgs>("relayHost"),
  relayRoutes: config.getObject<RelayRouteArgs[]>("relayRoutes"),
  transports: config.getObject<TransportArgs[]>("transports"),
  directDelivery: config.getBoolean("directDelivery"),
  preflight: config.get<Preflight>("preflight"),
  inetProtocols: config.get<InetProtocols>("inetProtocols"),
  resolver: config.getObject<ResolverArgs>("resolver"),
  delivery: config.getObject<DeliveryArgs>("delivery"),
  alwaysBcc: config.get("alwaysBcc"),
  rewriting: config.getObject<RewritingArgs>("rewriting"),
  headerChecks: config.getObject<HeaderCheckArgs[]>("headerChecks"),
  droplet: config.getObject<DropletArgs>("droplet"),
  host: config.getObject<HostArgs>("host"),
});

export const hostname = relay.hostname;
export const address = relay.address;
export const ipv6Address = relay.ipv6Address;
export const dropletId = relay.dropletId;
export const endpoints = relay.endpoints;
export const clientSettings = relay.clientSettings;
export const autoconfig = relay.autoconfig;
export const logins = relay.logins;
export const dnsRecords = relay.dnsRecords;
export const facts = relay.facts;
// In clear, because Pulumi shows the difference of two texts only when neither is a secret.
export const mainCf = relay.mainCf;
export const masterCf = relay.masterCf;
export const proofSummary = relay.proof.apply(summarize);
// No secret, but long: `pulumi up` prints all outputs every time.
export const proof = pulumi.secret(relay.proof);
export const ssh = relay.ssh;
