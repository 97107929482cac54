import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();

const relay = new MailRelay("relay", {
  myHostname: "relay.example.com",
  // People and programs log in from anywhere; the password is generated: `pulumi stack output logins --show-secrets`.
  users: [{ login: "office" }],
  // Printers and scanners that cannot log in send from here.
  myNetworks: ["192.0.2.0/28"],
  // Mail leaves by MX, on port 25, which DigitalOcean has to open for your account; otherwise give a relayHost.
  directDelivery: true,
  droplet: { region: "fra1", sshSources: [config.require("sshSource")] },
});

export const address = relay.address;
export const endpoints = relay.endpoints;
export const logins = relay.logins;
