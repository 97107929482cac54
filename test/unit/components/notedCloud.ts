import type { Props } from "../../../sandbox/engine/embedded/values";
import type { ProviderFactory, ResourceKind } from "../../../sandbox/engine/providers/provider";
import { builtInProviders } from "../../../sandbox/engine/providers";
import { TestProject } from "../engine/support/project";
import { factsOf } from "./fixtures";

/** What the providers of a `notedProject` were asked to do, as `create relay-droplet`. */
export const calls: string[] = [];

/** Compares as the real provider does, and notes what it is asked to do instead of doing it. */
function noted(real: ProviderFactory, outputs: Record<string, unknown>): ProviderFactory {
  return (config, settings) => {
    const kinds = Object.entries(real(config, settings).kinds).map(([type, kind]): [string, ResourceKind] => [
      type,
      {
        ...kind,
        create: (inputs, { name }) => {
          calls.push(`create ${name}`);
          return Promise.resolve({ id: String(calls.length), outputs: { ...inputs, ...outputs } as Props });
        },
        update: (_old, inputs, { name }) => {
          calls.push(`update ${name}`);
          return Promise.resolve({ ...inputs, ...outputs } as Props);
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

/** A project whose providers plan as the real ones do and touch nothing; `found` is what the cloud says of all it has. */
export function notedProject(found: Record<string, unknown> = {}): TestProject {
  const outputs = {
    ipv4Address: "192.0.2.33",
    ipAddress: "192.0.2.34",
    fingerprint: "aa:bb",
    dropletUrn: "do:droplet:7",
    ...found,
  };
  const stdout = JSON.stringify({ ...factsOf["3.5"], passed: [] });
  return new TestProject(
    {
      digitalocean: noted(builtInProviders.digitalocean!, outputs),
      command: noted(builtInProviders.command!, { stdout }),
    },
    { "digitalocean:token": { value: "token-1", secret: true } },
  );
}
