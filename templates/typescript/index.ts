import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();

const relay = new MailRelay("relay", {
  myHostname: config.require("hostname"),
  users: [{ login: "office" }], // its password is generated
  relayHost: {
    host: config.require("smartHost"),
    login: config.require("smartHostLogin"),
    password: config.requireSecret("smartHostPassword"),
  },
  droplet: { region: "fra1", sshSources: [config.require("sshSource")] },
});

export const address = relay.address;
export const endpoints = relay.endpoints;
export const dnsRecords = relay.dnsRecords;
export const logins = relay.logins;
