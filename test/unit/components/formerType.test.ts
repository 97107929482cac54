import { changes, TestProject } from "../engine/support/project";

jest.setTimeout(240_000);

let project: TestProject;
beforeEach(() => {
  project = new TestProject({}, { "digitalocean:token": { value: "a token", secret: true } });
});
afterEach(() => project.remove());

test("a relay that was deployed under the type of version 0.1 stays the same resource, and so do its children", async () => {
  await project.up(`
    class Former extends pulumi.ComponentResource {
      constructor(name: string) { super("pulumi-mail-relay:index:MailRelay", name); }
    }
    const relay = new Former("relay");
    new random.RandomPassword("relay-password-alice", { length: 32, special: false }, { parent: relay });`);
  const planned = await project.preview(`
    import { MailRelay } from "../../components";
    new MailRelay("relay", {
      myHostname: "relay.example.com",
      users: [{ login: "alice" }],
      directDelivery: true,
      droplet: { region: "fra1", sshSources: ["192.0.2.1/32"] },
    });`);
  expect(changes(planned)).toContain("create relay-droplet");
  expect(changes(planned).filter((change) => /relay(-password-alice)?$/.test(change))).toEqual([]);
});
