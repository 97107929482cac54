/** Brings resources, one call each and many at a time, to what the program wants. */
import { dependentsToReplace, inReverseOrder } from "./dependents";
import { ignoreChanges, planChange, stateOf, type Goal } from "./goal";
import { Operations, stamp, type Tools } from "./operations";
import type { ResourceState } from "./state";
import { aliasUrns, parseUrn, STACK_TYPE } from "./urn";
import { plainProps, UNKNOWN, withSecretsOf, type Props } from "./values";

export class Deployment {
  private readonly operations: Operations;
  private readonly seen = new Set<string>();
  /** Resources that are being, or have been, replaced in this run. */
  private readonly replaced = new Set<string>();
  /** Deleted ahead of a replacement; they come back when the program registers them. */
  private readonly deletedFirst = new Map<string, ResourceState>();

  constructor(private readonly tools: Tools) {
    this.operations = new Operations(tools);
  }

  /** Resolves with the resource's new state. */
  async register(wanted: Goal): Promise<ResourceState> {
    this.assertNew(wanted.urn);
    const old = this.findOld(wanted);
    const goal = this.prepare(wanted, old);
    if (!goal.custom) {
      return this.component(goal, old);
    }
    if (old === undefined || old.external === true) {
      const again = this.deletedFirst.has(goal.urn);
      if (again) {
        this.tools.printer.operation("replace", goal.urn);
      }
      return this.operations.create(goal, again ? "create-replacement" : "create", { old });
    }
    const plan = planChange(goal, old, this.operations.kindOf(goal.type, goal.provider), this.replaced);
    switch (plan.kind) {
      case "same":
        return this.operations.keep(goal, old);
      case "update":
        return this.operations.update(goal, old, plan.changed);
      case "replace":
        return this.replace(goal, old, plan);
    }
  }

  /** Looks at a resource that the stack does not own; what a preview cannot know stays unknown. */
  async read(goal: Goal, id: string): Promise<ResourceState> {
    this.assertNew(goal.urn);
    const old = this.findOld(goal);
    return id === UNKNOWN ? stateOf(goal, undefined, goal.inputs) : this.operations.read(goal, id, old);
  }

  /** What a component, or the stack itself, gives out. */
  registerOutputs(urn: string, outputs: Props): void {
    // What a stack gives out comes from its resources, which say themselves what of it is a secret.
    if (parseUrn(urn).type !== STACK_TYPE) this.tools.masker.learnOutputs(outputs);
    this.tools.ledger.amend(urn, { outputs });
  }

  /** Deletes what was there before and was not registered, dependents first. `failed` hears of every failure. */
  async deleteRest(failed: (error: Error, urn: string) => void): Promise<void> {
    const rest = this.tools.ledger.remaining;
    rest.filter((state) => state.delete !== true).forEach((state) => assertUnprotected(state, "deleted"));
    const gone = new Set([...rest.map((state) => state.urn), ...this.replaced]);
    await inReverseOrder(rest, async (state) => {
      const operation = state.external ? "read-discard" : state.delete ? "delete-replaced" : "delete";
      try {
        await this.operations.delete(state, operation, goesWithAnother(state, gone));
      } catch (error) {
        failed(error as Error, state.urn);
        throw error;
      }
    });
  }

  private assertNew(urn: string): void {
    if (this.seen.has(urn)) {
      throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    }
    this.seen.add(urn);
  }

  private findOld(goal: Goal): ResourceState | undefined {
    const { ledger } = this.tools;
    const parentBefore = goal.parent === undefined ? undefined : ledger.oldNameOf(goal.parent);
    const aliases = aliasUrns(goal.urn, goal.parent, goal.aliases, parentBefore);
    const found = [goal.urn, ...aliases].find((urn) => ledger.previous(urn) !== undefined);
    if (found !== undefined && found !== goal.urn) {
      ledger.rename(found, goal.urn);
    }
    return found === undefined ? undefined : ledger.previous(found);
  }

  /** The goal with checked inputs, and with what it inherits. */
  private prepare(wanted: Goal, old: ResourceState | undefined): Goal {
    const { ledger, masker } = this.tools;
    const parent = wanted.parent === undefined ? undefined : ledger.registered(wanted.parent);
    const protect = wanted.protect ?? parent?.protect;
    const retainOnDelete = wanted.retainOnDelete ?? parent?.retainOnDelete;
    const before = old ?? this.deletedFirst.get(wanted.urn);
    const given =
      before === undefined ? wanted.inputs : ignoreChanges(wanted.inputs, before.inputs, wanted.ignoreChanges);
    if (!wanted.custom) {
      masker.learnInputs(given);
      return { ...wanted, protect, retainOnDelete, inputs: given };
    }
    const kind = this.operations.kindOf(wanted.type, wanted.provider);
    const checked = kind.check(plainProps(given), wanted.name, before && plainProps(before.inputs));
    const inputs = withSecretsOf(checked, given);
    masker.learnInputs(inputs);
    return { ...wanted, protect, retainOnDelete, inputs };
  }

  private component(goal: Goal, old: ResourceState | undefined): ResourceState {
    const { ledger, printer } = this.tools;
    const operation = old === undefined ? "create" : planChange(goal, old, undefined, this.replaced).kind;
    const state = stateOf(goal, undefined, old?.outputs ?? {});
    const { created, modified } = old ?? {};
    ledger.accept(operation === "same" ? { ...state, created, modified } : stamp(state, old), old);
    printer.operation(operation, goal.urn);
    return state;
  }

  private async replace(
    goal: Goal,
    old: ResourceState,
    plan: { changed: string[]; deleteFirst: boolean },
  ): Promise<ResourceState> {
    const { ledger, printer } = this.tools;
    const { changed } = plan;
    assertUnprotected(old, "replaced");
    this.replaced.add(old.urn).add(goal.urn);
    if (!plan.deleteFirst) {
      const state = await this.operations.create(goal, "create-replacement", { replaces: old, changed });
      printer.operation("replace", goal.urn, { changed });
      return state;
    }
    const kindOf = (state: ResourceState) => this.operations.kindOf(state.type, state.provider);
    const doomed = [...dependentsToReplace(old, ledger.remaining, kindOf), old];
    doomed.forEach((state) => assertUnprotected(state, "replaced"));
    for (const state of doomed) {
      this.replaced.add(state.urn);
      this.deletedFirst.set(state.urn, state);
      await this.operations.delete(state, "delete-replaced", goesWithAnother(state, this.replaced));
    }
    printer.operation("replace", goal.urn, { changed });
    return this.operations.create(goal, "create-replacement", { changed });
  }
}

/** Whether the provider need not delete the resource, because what it lives on is deleted as well. */
function goesWithAnother(state: ResourceState, gone: Set<string>): boolean {
  return state.deletedWith !== undefined && gone.has(state.deletedWith);
}

/** Refuses what would delete a protected resource. */
function assertUnprotected(state: ResourceState, verb: "replaced" | "deleted"): void {
  if (state.protect === true) {
    throw new Error(`resource "${state.urn}" cannot be ${verb} because it is protected`);
  }
}
