/** A provider without a cloud: it notes every call, and does as its inputs tell it. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  diffInputs,
  IncompleteError,
  type OperationContext,
  type Provider,
  type ProviderConfig,
} from "../../../../sandbox/engine/providers/provider";
import { asText, type Props } from "../../../../sandbox/engine/embedded/values";

export class Things {
  /** `create a`, `update a`, `delete a`, in the order in which they began. */
  readonly calls: string[] = [];
  /** `end create a` and so on. */
  readonly ends: string[] = [];
  readonly configs: ProviderConfig[] = [];
  /** Resources whose creation fails halfway, by name. */
  readonly incomplete = new Set<string>();
  /** Resources that cannot be deleted for now, by name. */
  readonly stuck = new Set<string>();
  closed = 0;
  private made = 0;

  readonly provider = (config: ProviderConfig): Provider => {
    this.configs.push(config);
    return {
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
      kinds: {
        "test:index:Thing": {
          check: (inputs) => inputs,
          // `fixed` and `first` cannot be changed in place; `first` must go before its successor comes.
          diff: (old, inputs) => {
            const diff = diffInputs(old, inputs, ["fixed", "first"]);
            return { ...diff, deleteBeforeReplace: diff.replaces.includes("first") };
          },
          create: async (inputs, context) => {
            await this.perform("create", inputs, context);
            this.made += 1;
            const id = `${context.name}-${this.made}`;
            const outputs = this.outputsOf(inputs);
            if (this.incomplete.delete(context.name)) {
              throw new IncompleteError("only half of it came up", { id, outputs });
            }
            return { id, outputs };
          },
          update: async (_old, inputs, context) => {
            await this.perform("update", inputs, context);
            return this.outputsOf(inputs);
          },
          delete: (old, context) => this.perform("delete", old.inputs, context),
          read: (id) => Promise.resolve(id === "gone" ? undefined : this.outputsOf({ value: `read ${id}` })),
          secretOutputs: ["token"],
        },
      },
    };
  };

  private outputsOf(inputs: Props): Props {
    return {
      ...inputs,
      out: inputs.quiet === true ? "done" : `${asText(inputs.value)}!`,
      token: "token-canary-7261",
    };
  }

  private async perform(verb: string, inputs: Props, context: OperationContext): Promise<void> {
    const { name, signal } = context;
    this.calls.push(`${verb} ${name}`);
    await sleep(Number(inputs.delayMs ?? 0), undefined, { signal });
    if (inputs.say !== undefined) {
      context.log("info", asText(inputs.say));
    }
    if (inputs.fail === verb || (verb === "delete" && this.stuck.has(name))) {
      throw new Error(`cannot ${verb} it: ${asText(inputs.value)}`);
    }
    this.ends.push(`end ${verb} ${name}`);
  }
}
