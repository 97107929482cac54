import * as pulumi from "@pulumi/pulumi";
import { MailRelay } from "pulumi-mail-relay";

const config = new pulumi.Config();

const relay = new MailRelay("relay", {
  myHostname: "relay.example.com",
  users: [{ login: "office" }, { login: "shop" }],
  // Port 2525, because DigitalOcean lets no droplet out on 25, 465 and 587. The login makes TLS mandatory.
  relayHost: {
    host: "smtp.example.net",
    login: config.require("smartHostLogin"),
    password: config.requireSecret("smartHostPassword"),
  },
  droplet: { region: "fra1", sshSources: [config.require("sshSource")] },
});

export const address = relay.address;
export const logins = relay.logins;
