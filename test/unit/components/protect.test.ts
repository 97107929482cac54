import type { ProviderFactory, ResourceKind } from "../../../sandbox/engine/providers/provider";
import { builtInProviders } from "../../../sandbox/engine/providers";
import { changes, failure, TestProject } from "../engine/support/project";
import { factsOf } from "./fixtures";

jest.setTimeout(120_000);

const calls: string[] = [];

/** Compares as the real provider does, and notes what it is asked to do instead of doing it. */
function noted(real: ProviderFactory, outputs: Record<string, string>): ProviderFactory {
  return (config, settings) => {
    const kinds = Object.entries(real(config, settings).kinds).map(([type, kind]): [string, ResourceKind] => [
      type,
      {
        ...kind,
        create: (inputs, { name }) => {
          calls.push(`create ${name}`);
          return Promise.resolve({ id: String(calls.length), outputs: { ...inputs, ...outputs } });
        },
        update: (_old, inputs, { name }) => {
          calls.push(`update ${name}`);
          return Promise.resolve({ ...inputs, ...outputs });
        },
        delete: (_old, { name }) => {
          calls.push(`delete ${name}`);
          return Promise.resolve();
        },
      },
    ]);
    return { kinds: Object.fromEntries(kinds) };
  };
}

const cloud = noted(builtInProviders.digitalocean!, { ipv4Address: "192.0.2.33", fingerprint: "aa:bb" });
const project = new TestProject(
  {
    digitalocean: cloud,
    command: noted(builtInProviders.command!, { stdout: JSON.stringify({ ...factsOf["3.5"], passed: [] }) }),
  },
  { "digitalocean:token": { value: "token-1", secret: true } },
);

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
