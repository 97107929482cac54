import type { Cloud } from "../../../sandbox/cloud/types";
import { programConfig, stackConfig } from "../../../sandbox/labConfig";

const cloud = {
  apiEndpoint: "http://127.0.0.1:4711",
  gateway: "198.51.100.1",
  trustedClient: "192.0.2.9",
} as Cloud;

test("the sandbox's own configuration, as the CLI would store it", () => {
  expect(stackConfig(cloud, "dop-token", programConfig(cloud))).toEqual({
    "digitalocean:token": { value: "dop-token", secret: true },
    "digitalocean:apiEndpoint": { value: "http://127.0.0.1:4711", secret: false },
    "pulumi-mail-relay:myHostname": { value: "relay.example.test", secret: false },
    "pulumi-mail-relay:myDomain": { value: "example.test", secret: false },
    "pulumi-mail-relay:users": { value: '[{"login":"alice"},{"login":"printer"}]', secret: false },
    "pulumi-mail-relay:myNetworks": { value: '["192.0.2.9/32"]', secret: false },
    "pulumi-mail-relay:directDelivery": { value: "true", secret: false },
    "pulumi-mail-relay:blockLists": { value: "[]", secret: false },
    "pulumi-mail-relay:droplet": {
      value: '{"region":"fra1","size":"s-1vcpu-1gb","image":"ubuntu-24-04-x64","sshSources":["198.51.100.1/32"]}',
      secret: false,
    },
  });
});

test("a change replaces a key, null takes it away", () => {
  const config = programConfig(cloud, { users: [{ login: "bob" }], myNetworks: null });
  expect(config.users).toEqual([{ login: "bob" }]);
  expect(config).not.toHaveProperty("myNetworks");
});

test("the droplet is changed key by key, or left out", () => {
  expect(programConfig(cloud, { droplet: { size: "s-2vcpu-2gb" } }).droplet).toMatchObject({
    size: "s-2vcpu-2gb",
    sshSources: ["198.51.100.1/32"],
  });
  expect(programConfig(cloud, { droplet: null })).not.toHaveProperty("droplet");
});

test.each([
  { key: "users", value: [{ login: "bob", password: "x" }] },
  { key: "relayHost", value: { host: "smtp.example.net", login: "a", password: "x" } },
  { key: "tls", value: { acme: { digitalOceanToken: "x" } } },
  { key: "host", value: { address: "192.0.2.1", hostKey: "ssh-ed25519 A", privateKey: "x" } },
])("$key with a secret in it is a secret", ({ key, value }) => {
  const config = stackConfig(cloud, "t", programConfig(cloud, { [key]: value }));
  expect(config[`pulumi-mail-relay:${key}`]).toEqual({ value: JSON.stringify(value), secret: true });
});
