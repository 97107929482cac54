import type { TestProject } from "../engine/support/project";
import { calls, notedProject } from "./notedCloud";

jest.setTimeout(120_000);

let project: TestProject;

beforeEach(() => {
  project = notedProject();
});

afterEach(() => project.remove());

interface Wanted {
  droplet?: Record<string, unknown>;
  args?: Record<string, unknown>;
}

const program = ({ droplet, args }: Wanted) => `
  import { MailRelay } from "../../components";
  new MailRelay("relay", ${JSON.stringify({
    myHostname: "relay.example.com",
    users: [{ login: "alice" }],
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"], ...droplet },
    ...args,
  })});`;

/** The place of each call, of which there must be one. */
function placeOf(call: string): number {
  expect(calls.filter((each) => each === call)).toHaveLength(1);
  return calls.indexOf(call);
}

const records = { manageDns: true, dkim: {}, dns: { zone: "example.com", autoconfigHost: "www.example.com" } };

/** For each resource what replaces it, and the order that is right; why is said in provision/replacement.ts. */
const orders: [string, "create" | "delete", Wanted, Wanted][] = [
  ["relay-droplet", "create", { droplet: { image: "debian-12-x64" } }, { droplet: { image: "debian-13-x64" } }],
  ["relay-droplet", "create", {}, { droplet: { region: "ams3" } }],
  ["relay-droplet", "create", {}, { droplet: { sshKey: { fingerprint: "cc:dd", privateKey: "private" } } }],
  ["relay-droplet", "create", {}, { droplet: { vpcUuid: "cccc" } }],
  ["relay-droplet", "create", { droplet: { ipv6: true } }, {}],
  ["relay-firewall", "create", {}, { droplet: { region: "ams3" } }],
  ["relay-listeners-firewall", "create", {}, { droplet: { region: "ams3" } }],
  ["relay-drain", "create", {}, { droplet: { region: "ams3" } }],
  ["relay-reserved-ip", "create", { droplet: { reservedIp: true } }, { droplet: { reservedIp: true, region: "ams3" } }],
  ["relay-project-resources", "delete", { droplet: { project: "one" } }, { droplet: { project: "other" } }],
  ...["a", "mx-host", "spf-host", "dkim-relay1", "srv-submission", "autoconfig"].map(
    (role): (typeof orders)[number] => [
      `relay-dns-${role}`,
      "create",
      { args: records },
      { args: { ...records, dns: { ...records.dns, zone: "relay.example.com" }, myDomain: "relay.example.com" } },
    ],
  ),
];

test.each(orders)("%s: %s comes first when it is replaced", async (name, first, before, after) => {
  await project.up(program(before));
  calls.length = 0;
  await project.up(program(after));
  const [made, gone] = [placeOf(`create ${name}`), placeOf(`delete ${name}`)];
  expect(made < gone ? "create" : "delete").toBe(first);
});

test("what takes the place of a droplet is made before anything of the old one goes, and the rest in its order", async () => {
  await project.up(program({}));
  calls.length = 0;
  await project.up(program({ droplet: { image: "debian-12-x64" } }));
  const deletions = calls.filter((call) => call.startsWith("delete"));
  expect(deletions).toEqual(
    ["listeners-firewall", "drain", "firewall", "droplet"].map((role) => `delete relay-${role}`),
  );
  expect(calls.slice(-deletions.length)).toEqual(deletions);
  expect(placeOf("update relay-proof")).toBeLessThan(placeOf(deletions[0]!));
});
