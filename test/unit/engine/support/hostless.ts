import type { StackSpec } from "../../../../sandbox/engine";
import { commandProvider } from "../../../../sandbox/engine/providers/command/provider";
import type { ProviderFactory } from "../../../../sandbox/engine/providers/provider";
import { releaseFacts } from "../../../../components/render/releases";
import { keyPair } from "../../../keys";

// About as much as a real proof says.
const proof = {
  passed: Array.from({ length: 60 }, (_, index) => `dialogue ${index} of a stranger who is refused on port 587`),
  skipped: {},
  warnings: [],
};

/** Commands on a host that takes everything and says what a real one would. */
export const hostless: ProviderFactory = () => {
  const real = commandProvider().kinds["command:remote:Command"]!;
  const results: Record<string, object> = { install: releaseFacts["3.7"]!, proof };
  const outputs = (inputs: Parameters<typeof real.create>[0], name: string) => {
    const result = results[name.replace("relay-", "")] ?? { changed: true, preflight: [] };
    return { ...inputs, stdout: JSON.stringify(result), stderr: "" };
  };
  const create: typeof real.create = (inputs, { name }) =>
    Promise.resolve({ id: name, outputs: outputs(inputs, name) });
  const update: typeof real.update = (_, inputs, { name }) => Promise.resolve(outputs(inputs, name));
  return { kinds: { "command:remote:Command": { ...real, create, update } } };
};

/** The configuration of a relay with these arguments, on such a host. */
export function configOf(args: object): StackSpec["config"] {
  const host = {
    address: "192.0.2.5",
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG0000000000000000000000000000000000000000000",
    privateKey: keyPair().private,
  };
  const keys = Object.entries({ ...args, host }).map(
    ([key, value]) => [`pulumi-mail-relay:${key}`, { value: JSON.stringify(value), secret: true }] as const,
  );
  return { "pulumi-mail-relay:myHostname": { value: "relay.example.com", secret: false }, ...Object.fromEntries(keys) };
}
