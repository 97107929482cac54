import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();
const domain = config.require("domain");

const relay = new MailRelay("relay", {
  myHostname: `relay.${domain}`,
  myDomain: domain,
  users: [{ login: "shop" }],
  droplet: { region: "fra1", sshSources: [config.require("sshSource")], tags: ["mail"] },
});

// Clients find the relay under its name, and receivers find that it may send for the domain.
new digitalocean.DnsRecord("relay-address", { domain, type: "A", name: "relay", value: relay.address });
new digitalocean.DnsRecord("sender-policy", {
  domain,
  type: "TXT",
  name: "@",
  value: pulumi.interpolate`v=spf1 ip4:${relay.address} -all`,
});

// What another part of the program needs to send: secret, because a login it is made of is.
export const smtpUrl = pulumi
  .all([relay.hostname, relay.logins])
  .apply(([hostname, { shop = "" }]) => `smtp://shop:${encodeURIComponent(shop)}@${hostname}:587`);
