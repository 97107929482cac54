import * as pulumi from "@pulumi/pulumi";

/** One resource as the program registered it. */
interface Recorded {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** Records every registration and answers with just enough of what each provider would; unknown calls throw. */
export class RecordingMocks implements pulumi.runtime.Mocks {
  readonly resources: Recorded[] = [];

  newResource(args: pulumi.runtime.MockResourceArgs): { id: string | undefined; state: Record<string, unknown> } {
    const inputs = args.inputs as Record<string, unknown>;
    this.resources.push({ type: args.type, name: args.name, inputs });
    return { id: `${args.name}-id`, state: { ...inputs, ...outputsOf(args) } };
  }

  call(args: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    throw new Error(`unexpected call of ${args.token}`);
  }

  named(name: string): Recorded {
    const found = this.resources.filter((resource) => resource.name === name);
    if (found.length !== 1) throw new Error(`${found.length} resources are named ${name}`);
    return found[0]!;
  }
}

/** What the install step prints. */
export const facts = {
  release: "debian 12",
  postfixVersion: "3.7.11",
  chrootMechanism: "chroot_extra_files",
  mechanisms: ["PLAIN", "LOGIN"],
  parameters: [],
};

function outputsOf({ type, name }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyOpenssh: `private ${name}`, publicKeyOpenssh: `ssh-ed25519 ${name}\n` };
    case "digitalocean:index/sshKey:SshKey":
      return { fingerprint: "aa:bb" };
    case "digitalocean:index/droplet:Droplet":
      return { ipv4Address: "192.0.2.33", ipv6Address: "2001:db8::33", id: "7", dropletUrn: "do:droplet:7" };
    case "digitalocean:index/reservedIp:ReservedIp":
      return { ipAddress: "198.51.100.99" };
    case "random:index/randomPassword:RandomPassword":
      return { result: `generated for ${name}` };
    case "command:remote:Command":
      return { stdout: name.endsWith("-install") ? JSON.stringify(facts) : JSON.stringify({ passed: [] }) };
    default:
      return {};
  }
}

/** The value of an Output, and whether it is secret. */
export async function settled<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  const value = await new Promise<T>((done) => output.apply(done));
  return { value, secret: await pulumi.isSecret(output) };
}
