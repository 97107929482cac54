import * as pulumi from "@pulumi/pulumi";
import {
  AlertsArgs,
  DropletArgs,
  HostArgs,
  ListenersArgs,
  MailRelay,
  RelayHostArgs,
  SaslArgs,
  UserArgs,
} from "./components";

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
  postfixParameters: config.getObject<Record<string, string>>("postfixParameters"),
  driftCheck: config.getBoolean("driftCheck"),
  metrics: config.getBoolean("metrics"),
  alerts: config.getObject<AlertsArgs>("alerts"),
  relayHost: config.getObject<RelayHostArgs>("relayHost"),
  droplet: config.getObject<DropletArgs>("droplet"),
  host: config.getObject<HostArgs>("host"),
});

export const hostname = relay.hostname;
export const address = relay.address;
export const dropletId = relay.dropletId;
export const endpoints = relay.endpoints;
export const logins = relay.logins;
export const facts = relay.facts;
export const mainCf = relay.mainCf;
export const masterCf = relay.masterCf;
export const proof = relay.proof;
export const ssh = relay.ssh;
