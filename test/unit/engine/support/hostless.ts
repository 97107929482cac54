import { commandProvider } from "../../../../sandbox/engine/providers/command/provider";
import type { ProviderFactory } from "../../../../sandbox/engine/providers/provider";
import { releaseFacts } from "../../../../components/render/releases";

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
