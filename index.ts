import { MailRelay } from "./components";
import { configuredArgs } from "./components/stackConfig";

const relay = new MailRelay("relay", configuredArgs());

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
export const mainCf = relay.mainCf;
export const masterCf = relay.masterCf;
export const proof = relay.proof;
export const ssh = relay.ssh;
