import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { RecordingMocks, settled } from "./components/recording";

jest.setTimeout(60_000);

const folder = join(__dirname, "..", "..", "examples");

interface Example {
  config: Record<string, string>;
  /** Resources of its own beside the relay. */
  beside?: string[];
}

const sshSource = "203.0.113.10/32";

const examples: Record<string, Example> = {
  simplest: { config: { sshSource } },
  "smart-host": { config: { sshSource, smartHostLogin: "account", smartHostPassword: "password" } },
  "existing-server": {
    config: {
      address: "192.0.2.5",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG0000000000000000000000000000000000000000000",
      privateKey: "private",
    },
  },
  autoconfig: {
    config: { domain: "example.com", imapHost: "imap.example.com", sshSource },
    beside: ["autoconfig-file", "autoconfig-cdn", "autoconfig-name", "relay-address"],
  },
  "larger-program": { config: { domain: "example.com", sshSource }, beside: ["relay-address", "sender-policy"] },
};

const read = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");

/** A top-level setting of Pulumi.yaml. Without `main` Pulumi would run the component's own package instead. */
function setting(name: string, key: "name" | "main"): string {
  const [, value] = new RegExp(`^${key}: (.+)$`, "m").exec(read(name, "Pulumi.yaml")) ?? [];
  if (value === undefined) throw new Error(`${name}/Pulumi.yaml has no ${key}`);
  return value;
}

/** Runs an example's program, and waits for the last step of its relay. */
async function run(name: string): Promise<{ mocks: RecordingMocks; outputs: Record<string, pulumi.Output<unknown>> }> {
  const project = setting(name, "name");
  const config = Object.entries(examples[name]!.config).map(([key, value]) => [`${project}:${key}`, value]);
  const mocks = new RecordingMocks();
  await pulumi.runtime.setMocks(mocks, project, "dev");
  pulumi.runtime.setAllConfig(Object.fromEntries(config) as Record<string, string>);
  const outputs = jest.requireActual<Record<string, pulumi.Output<unknown>>>(join(folder, name, setting(name, "main")));
  const expected = ["relay-proof", ...(examples[name]!.beside ?? [])];
  const isThere = (resource: string) => mocks.resources.some((recorded) => recorded.name === resource);
  while (!expected.every(isThere)) await new Promise((next) => setTimeout(next, 5));
  return { mocks, outputs };
}

/** The same relay in other languages: the scenario `python` runs the first. */
const otherLanguages = { python: "__main__.py", yaml: "Pulumi.yaml", go: "main.go" };

test("every example is tried here, or in another language, and listed by goal", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const known = [...Object.keys(examples), ...Object.keys(otherLanguages)];
  expect(folders.map(({ name }) => name).sort()).toEqual(known.sort());
  for (const [name, file] of Object.entries(otherLanguages)) {
    expect(read("README.md")).toContain(`[${name}](${name}/${file})`);
  }
  for (const name of Object.keys(examples)) expect(read("README.md")).toContain(`[${name}](${name}/index.ts)`);
});

describe.each(Object.keys(examples))("the example %s", (name) => {
  test("makes one relay, and its configuration is the one Pulumi.yaml asks for", async () => {
    const { mocks, outputs } = await run(name);
    const relays = mocks.resources.filter(({ type }) => type === "mail-relay:index:MailRelay");
    expect(relays).toHaveLength(1);
    const asked = [...read(name, "Pulumi.yaml").matchAll(/^ {2}(\w+):$/gm)].map(([, key]) => key);
    expect(asked.sort()).toEqual(Object.keys(examples[name]!.config).sort());
    for (const [key, output] of Object.entries(outputs)) {
      expect({ key, secret: (await settled(output)).secret }).toEqual({ key, secret: /logins|Url/.test(key) });
    }
  });
});
