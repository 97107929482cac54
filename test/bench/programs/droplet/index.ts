import * as digitalocean from "@pulumi/digitalocean";
import * as tls from "@pulumi/tls";

const key = new tls.PrivateKey("key", { algorithm: "ED25519" });
const sshKey = new digitalocean.SshKey("key", { publicKey: key.publicKeyOpenssh });
const droplet = new digitalocean.Droplet("bare", {
  name: "bare.example.test",
  region: "fra1",
  size: "s-1vcpu-1gb",
  image: "ubuntu-24-04-x64",
  monitoring: true,
  sshKeys: [sshKey.fingerprint],
});

export const address = droplet.ipv4Address;
export const privateKey = key.privateKeyOpenssh;
