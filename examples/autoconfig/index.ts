import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();
const domain = config.require("domain");
const customDomain = `autoconfig.${domain}`;

const relay = new MailRelay("relay", {
  myHostname: `relay.${domain}`,
  myDomain: domain,
  users: [{ login: "alice" }, { login: "bob" }],
  mailboxes: { host: config.require("imapHost") },
  listeners: { submissions: true },
  droplet: { region: "fra1", sshSources: [config.require("sshSource")] },
});

// Thunderbird asks https://autoconfig.DOMAIN/mail/config-v1.1.xml. Spaces needs keys of its own besides the API token:
// digitalocean:spacesAccessId and digitalocean:spacesSecretKey.
const bucket = new digitalocean.SpacesBucket("autoconfig", { region: "fra1" });
new digitalocean.SpacesBucketObject("autoconfig-file", {
  region: "fra1",
  bucket: bucket.name,
  key: "mail/config-v1.1.xml",
  content: relay.autoconfig,
  contentType: "text/xml",
  acl: "public-read",
});
const certificate = new digitalocean.Certificate("autoconfig-certificate", {
  type: "lets_encrypt",
  domains: [customDomain],
});
const cdn = new digitalocean.Cdn("autoconfig-cdn", {
  origin: bucket.bucketDomainName,
  customDomain,
  certificateName: certificate.name,
});
new digitalocean.DnsRecord("autoconfig-name", {
  domain,
  type: "CNAME",
  name: "autoconfig",
  value: pulumi.interpolate`${cdn.endpoint}.`,
});
new digitalocean.DnsRecord("relay-address", { domain, type: "A", name: "relay", value: relay.address });

export const clientSettings = relay.clientSettings;
