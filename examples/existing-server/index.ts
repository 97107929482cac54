import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();

const relay = new MailRelay("relay", {
  myHostname: "mail.example.com",
  users: [{ login: "office" }],
  host: {
    address: config.require("address"),
    // Any user who may run sudo without a password.
    user: "admin",
    hostKey: config.require("hostKey"),
    privateKey: config.requireSecret("privateKey"),
  },
});

export const facts = relay.facts;
export const logins = relay.logins;
