import { changes, failure } from "../engine/support/project";
import { calls, notedProject } from "./notedCloud";

jest.setTimeout(120_000);

const project = notedProject();

afterAll(() => project.remove());

const program = (image: string, protect: boolean, sshKey?: string) => `
  import { MailRelay } from "../../components";
  new MailRelay("relay", {
    myHostname: "relay.example.com",
    users: [{ login: "alice" }],
    droplet: { region: "fra1", sshSources: ["203.0.113.10/32"], image: "${image}",
      sshKey: ${sshKey === undefined ? "undefined" : `{ fingerprint: "${sshKey}", privateKey: "private" }`} },
  }, { protect: ${protect} });`;

test("a protected relay is neither replaced nor destroyed, and refuses before anything is touched", async () => {
  await project.up(program("debian-12-x64", true));
  expect(calls).toContain("create relay-listeners-firewall");
  calls.length = 0;
  const before = (await project.state()).resources.length;
  const refused = [
    () => project.up(program("debian-13-x64", true)),
    () => project.up(program("debian-12-x64", true, "cc:dd")),
    () => project.up(""),
    () => project.destroy(),
  ];
  for (const run of refused) {
    expect((await failure(run())).message).toMatch(/cannot be (deleted|replaced) because it is protected/);
  }
  expect(calls).toEqual([]);
  expect((await project.state()).resources).toHaveLength(before);

  // Only what the last run already left unprotected can go.
  expect(changes(await project.up(program("debian-12-x64", false)))).toEqual([]);
  const result = await project.up(program("debian-13-x64", false));
  expect(changes(result)).toContain("delete-replaced relay-droplet");

  const withOwnKey = program("debian-13-x64", false, "cc:dd");
  const order = changes(await project.up(withOwnKey));
  expect(order).toContain("create-replacement relay-droplet");
  // The old droplet is drained by the key it has.
  expect(order.indexOf("delete relay-ssh-key")).toBeGreaterThan(order.indexOf("delete-replaced relay-droplet"));
  expect(changes(await project.up(withOwnKey))).toEqual([]);
  await project.destroy();
  expect(calls.slice(-6)).toContain("delete relay-droplet");
});
