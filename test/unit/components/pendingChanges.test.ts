import type { TestProject } from "../engine/support/project";
import { notedProject } from "./notedCloud";

jest.setTimeout(120_000);

let project: TestProject;

afterEach(() => project.remove());

const program = (droplet: object) => `
  import { MailRelay } from "../../components";
  new MailRelay("relay", ${JSON.stringify({
    myHostname: "relay.example.com",
    users: [{ login: "alice" }],
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"], ...droplet },
  })});`;

/** What the cloud answers that differs from what was asked for, and what the deploy says of it. */
test.each([
  [{ ipv6: true }, { ipv6: false }, "ipv6"],
  [{ backups: true }, { backups: false }, "backups"],
  [{ tags: ["mail"] }, { tags: [] }, "tags"],
  [{}, { name: "old.example.com" }, "name"],
  [{ backups: true, tags: ["mail"] }, { backups: false, tags: ["web"] }, "backups, tags"],
  [{ tags: ["Mail", "b"], ipv6: true }, { tags: ["b", "mail"], ipv6: true }, undefined],
])("wanted %j, found %j: says %s", async (wanted, found, said) => {
  project = notedProject(found);
  const { text } = await project.up(program(wanted));
  const warning = "DigitalOcean has not changed the droplet's ";
  if (said === undefined) expect(text).not.toContain(warning);
  else expect(text).toContain(`${warning}${said} yet. Run: pulumi up --refresh`);
});
