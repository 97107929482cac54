const command = require("@pulumi/command");
const digitalocean = require("@pulumi/digitalocean");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const tls = require("@pulumi/tls");

const [deployKey, hostKey] = ["deploy", "host"].map((name) => new tls.PrivateKey(name, { algorithm: "ED25519" }));
const passwords = ["alice", "printer"].map((name) => new random.RandomPassword(name, { length: 24 }));
const sshKey = new digitalocean.SshKey("key", { publicKey: deployKey.publicKeyOpenssh });
const droplet = new digitalocean.Droplet("droplet", {
  name: "resources.example.test",
  region: "fra1",
  size: "s-1vcpu-1gb",
  image: "ubuntu-24-04-x64",
  sshKeys: [sshKey.fingerprint],
  userData: pulumi.secret(
    pulumi
      .all([hostKey.privateKeyOpenssh, hostKey.publicKeyOpenssh])
      .apply(([secret, open]) =>
        ["#cloud-config", JSON.stringify({ ssh_keys: { ed25519_private: secret, ed25519_public: open } })].join("\n"),
      ),
  ),
});
const inboundRules = [{ protocol: "tcp", portRange: "22", sourceAddresses: ["0.0.0.0/0"] }];
for (const name of ["ssh", "listeners"])
  new digitalocean.Firewall(name, { dropletIds: [droplet.id.apply(Number)], inboundRules });

const connection = {
  host: droplet.ipv4Address,
  user: "root",
  privateKey: deployKey.privateKeyOpenssh,
  hostKey: hostKey.publicKeyOpenssh,
};
let last = droplet;
for (const name of ["install", "users", "apply", "proof", "drain"]) {
  const stdin = pulumi.secret(pulumi.all(passwords.map(({ result }) => result)).apply((all) => all.join("\n")));
  last = new command.remote.Command(name, { connection, create: "true", stdin }, { dependsOn: last });
}

exports.address = droplet.ipv4Address;
