/** Single operations on resources: each records itself in the ledger and on paper, and a preview only plans it. */
import { randomUUID } from "node:crypto";
import { IncompleteError, type Created, type OperationContext, type ResourceKind } from "../providers/provider";
import type { OperationKind } from "../types";
import { stateOf, type Goal } from "./goal";
import type { Ledger } from "./ledger";
import type { Masker } from "./masker";
import type { Printer } from "./printer";
import type { ProviderSet } from "./providerSet";
import type { ResourceState } from "./state";
import { parseUrn, PROVIDER_TYPE_PREFIX } from "./urn";
import { plainProps, sameValue, withSecretKeys, withSecretsOf, type Props } from "./values";

export interface Tools {
  ledger: Ledger;
  providers: ProviderSet;
  printer: Printer;
  masker: Masker;
  preview: boolean;
  signal: AbortSignal;
}

/** An explicit provider is a resource whose only life is in the state. */
const PROVIDER_KIND: ResourceKind = {
  check: (inputs) => inputs,
  diff: (old, inputs) => ({ changed: sameValue(old.inputs, inputs) ? [] : ["inputs"], replaces: [] }),
  create: (inputs) => Promise.resolve({ id: randomUUID(), outputs: inputs }),
  update: (_old, inputs) => Promise.resolve(inputs),
  delete: () => Promise.resolve(),
};

export class Operations {
  constructor(private readonly tools: Tools) {}

  /** Creates a resource; `old` is what it takes the place of in the state, `replaces` what is to be deleted once it is there. */
  async create(
    goal: Goal,
    operation: OperationKind,
    details: { old?: ResourceState; replaces?: ResourceState; changed?: string[] } = {},
  ): Promise<ResourceState> {
    const { ledger, printer, preview } = this.tools;
    const { old, replaces, changed } = details;
    const record = (state: ResourceState) => {
      if (replaces !== undefined) {
        ledger.keepForDeletion(replaces);
      }
      ledger.accept(state, old);
      return state;
    };
    if (preview) {
      const planned = record(stateOf(goal, undefined, goal.inputs));
      printer.operation(operation, goal.urn, { changed });
      return planned;
    }
    const kind = this.kindOf(goal.type, goal.provider);
    const made = ({ id, outputs }: Created) => stamp(stateOf(goal, id, this.mark(goal, kind, outputs)), undefined);
    const work = async () => {
      try {
        return record(made(await kind.create(plainProps(goal.inputs), this.context(goal.urn))));
      } catch (error) {
        if (error instanceof IncompleteError) {
          record({ ...made(error.created), initErrors: [error.message] });
        }
        throw error;
      }
    };
    return this.timed(operation, goal.urn, changed, () =>
      ledger.during("creating", stateOf(goal, undefined, {}), work),
    );
  }

  /** Changes a resource in place. */
  async update(goal: Goal, old: ResourceState, changed: string[]): Promise<ResourceState> {
    const { ledger, printer, preview } = this.tools;
    const kind = this.kindOf(goal.type, goal.provider);
    const inputs = plainProps(goal.inputs);
    const before = { id: old.id ?? "", inputs: plainProps(old.inputs), outputs: plainProps(old.outputs) };
    if (preview) {
      const kept = kind.outputsInUpdatePreview === "unknown" ? {} : before.outputs;
      const planned = stateOf(goal, old.id, withSecretsOf(this.mark(goal, kind, { ...kept, ...inputs }), old.outputs));
      ledger.accept(planned, old);
      printer.operation("update", goal.urn, { changed });
      return planned;
    }
    const work = async () => {
      const outputs = (await kind.update?.(before, inputs, this.context(goal.urn))) ?? inputs;
      const state = stamp(stateOf(goal, old.id, this.mark(goal, kind, outputs)), old);
      ledger.accept(state, old);
      return state;
    };
    return this.timed("update", goal.urn, changed, () => ledger.during("updating", old, work));
  }

  /** Takes over a resource that is as wanted; what the program says about it may still have changed. */
  keep(goal: Goal, old: ResourceState): ResourceState {
    const { ledger, printer } = this.tools;
    const kind = this.kindOf(goal.type, goal.provider);
    const outputs = withSecretsOf(this.mark(goal, kind, plainProps(old.outputs)), old.outputs);
    const { created, modified } = old;
    const state = { ...stateOf(goal, old.id, outputs), created, modified };
    ledger.accept(state, old);
    printer.operation("same", goal.urn);
    return state;
  }

  /** Deletes one resource of the old state in the cloud and in the state. */
  async delete(state: ResourceState, operation: OperationKind, goesWithAnother: boolean): Promise<void> {
    const { ledger, printer, preview } = this.tools;
    const { urn, id } = state;
    const untouched = !state.custom || state.external === true || state.retainOnDelete === true || goesWithAnother;
    if (preview || untouched || id === undefined) {
      ledger.remove(state);
      printer.operation(operation, urn);
      return;
    }
    const kind = this.kindOf(state.type, state.provider);
    const work = async () => {
      const before = { id, inputs: plainProps(state.inputs), outputs: plainProps(state.outputs) };
      await kind.delete(before, this.context(urn));
      ledger.remove(state);
    };
    await this.timed(operation, urn, undefined, () => ledger.during("deleting", state, work));
  }

  /** Looks at a resource that the stack does not own. */
  async read(goal: Goal, id: string, old: ResourceState | undefined): Promise<ResourceState> {
    const { ledger, printer } = this.tools;
    const kind = this.kindOf(goal.type, goal.provider);
    if (kind.read === undefined) {
      throw new Error(`the embedded engine cannot read a ${goal.type}`);
    }
    const found = await kind.read(id, this.context(goal.urn));
    if (found === undefined) {
      throw new Error(`resource '${id}' does not exist`);
    }
    const state = { ...stateOf(goal, id, this.mark(goal, kind, found)), external: true };
    ledger.accept(state, old);
    printer.operation("read", goal.urn);
    return state;
  }

  kindOf(type: string, provider: string | undefined): ResourceKind {
    if (type.startsWith(PROVIDER_TYPE_PREFIX)) {
      this.tools.providers.assertPackage(type);
      return PROVIDER_KIND;
    }
    return this.tools.providers.kind(type, provider);
  }

  /** What a provider returned, with everything secret marked: by the inputs, by the provider, by the program. */
  private mark(goal: Goal, kind: ResourceKind, outputs: Props): Props {
    const keys = [...(kind.secretOutputs ?? []), ...goal.additionalSecretOutputs];
    const marked = withSecretKeys(withSecretsOf(outputs, goal.inputs), keys);
    this.tools.masker.learnOutputs(marked);
    return marked;
  }

  private context(urn: string): OperationContext {
    const { printer, signal } = this.tools;
    return { name: parseUrn(urn).name, signal, log: (severity, message) => printer.message(severity, message, urn) };
  }

  private async timed<T>(
    operation: OperationKind,
    urn: string,
    changed: string[] | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const { printer, signal } = this.tools;
    signal.throwIfAborted();
    const started = Date.now();
    const stopWatching = printer.watch(operation, urn);
    try {
      const result = await work();
      printer.operation(operation, urn, { durationMs: Date.now() - started, changed });
      return result;
    } finally {
      stopWatching();
    }
  }
}

/** Says when the resource was made and when it was changed last. */
export function stamp(state: ResourceState, old: ResourceState | undefined): ResourceState {
  const now = new Date().toISOString();
  return { ...state, created: old?.created ?? now, modified: now };
}
