import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "./components";
import { proofSummary as summarize } from "./components/proof/proofSummary";
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
// In clear, because Pulumi shows the difference of two texts only when neither is a secret.
export const mainCf = relay.mainCf;
export const masterCf = relay.masterCf;
export const proofSummary = relay.proof.apply(summarize);
// No secret, but long: `pulumi up` prints all outputs every time.
export const proof = pulumi.secret(relay.proof);
export const ssh = relay.ssh;
