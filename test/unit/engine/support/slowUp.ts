/** Run as a process of its own, to be killed: an update of the project in argv[2] whose resource `slow` never ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { EmbeddedEngine } from "../../../../sandbox/engine/embedded/engine";
import { diffInputs, type ResourceKind } from "../../../../sandbox/engine/providers/provider";

const thing: ResourceKind = {
  check: (inputs) => inputs,
  diff: (old, inputs) => diffInputs(old, inputs, []),
  create: async (inputs, { name }) => {
    if (name === "slow") {
      console.log(`working on ${name}`);
      await sleep(600_000);
    }
    return { id: `${name}-1`, outputs: { ...inputs, out: "made" } };
  },
  update: (_old, inputs) => Promise.resolve(inputs),
  delete: () => Promise.resolve(),
};

const dir = process.argv[2] as string;
const engine = new EmbeddedEngine({ test: () => ({ kinds: { "test:index:Thing": thing } }) });
void engine.up({ workDir: dir, stack: "dev", config: {}, stateDir: `${dir}/state`, passphrase: "correct horse" });
