/** What the program wants of one resource, and what that takes. */
import type { Diff, ResourceKind } from "../providers/provider";
import type { ResourceState } from "./state";
import type { Alias } from "./urn";
import { plainProps, sameValue, type Props, type Value } from "./values";

export interface Goal {
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  inputs: Props;
  parent?: string;
  provider?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  deletedWith?: string;
  replaceWith: string[];
  replacementTrigger?: Value;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
}

export type Plan =
  | { kind: "same" }
  | { kind: "update"; changed: string[] }
  | { kind: "replace"; changed: string[]; deleteFirst: boolean };

/** The state a goal leads to. */
export function stateOf(goal: Goal, id: string | undefined, outputs: Props): ResourceState {
  const { urn, type, custom, inputs, dependencies, propertyDependencies } = goal;
  const state: ResourceState = { urn, custom, type, id, inputs, outputs, dependencies, propertyDependencies };
  const { parent, provider, deletedWith, protect, retainOnDelete } = goal;
  Object.assign(state, defined({ parent, provider, deletedWith, protect, retainOnDelete }));
  if (goal.replaceWith.length > 0) {
    state.replaceWith = goal.replaceWith;
  }
  if (goal.replacementTrigger !== undefined) {
    state.replacementTrigger = { value: goal.replacementTrigger };
  }
  if (goal.additionalSecretOutputs.length > 0) {
    state.additionalSecretOutputs = goal.additionalSecretOutputs;
  }
  return state;
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Decides what must happen to a resource that exists. `kind` is absent for components. */
export function planChange(
  goal: Goal,
  old: ResourceState,
  kind: ResourceKind | undefined,
  replaced: Set<string>,
): Plan {
  const inputs = plainProps(goal.inputs);
  const before = { id: old.id ?? "", inputs: plainProps(old.inputs), outputs: plainProps(old.outputs) };
  const diff: Diff =
    kind !== undefined && !sameValue(before.inputs, inputs)
      ? kind.diff(before, inputs)
      : { changed: sameValue(before.inputs, inputs) ? [] : ["inputs"], replaces: [] };
  const { changed } = diff;
  const deleteFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false;
  const mustReplace =
    diff.replaces.length > 0 ||
    goal.replaceOnChanges.some((path) => changesAt(path, before.inputs, inputs)) ||
    goal.replaceWith.some((urn) => replaced.has(urn)) ||
    triggerChanged(goal, old);
  if (kind !== undefined && mustReplace) {
    return { kind: "replace", changed, deleteFirst };
  }
  if (changed.length === 0 && (old.initErrors ?? []).length === 0) {
    return { kind: "same" };
  }
  return kind !== undefined && kind.update === undefined
    ? { kind: "replace", changed, deleteFirst }
    : { kind: "update", changed };
}

/** A trigger given for the first time replaces nothing. */
function triggerChanged(goal: Goal, old: ResourceState): boolean {
  const before = old.replacementTrigger?.value;
  return before !== undefined && goal.replacementTrigger !== undefined && !sameValue(before, goal.replacementTrigger);
}

function pathKeys(path: string): string[] {
  return path.split(/[.[\]"]+/).filter((key) => key !== "");
}

/**
 * Whether a property path such as `a`, `a.b[0]` or `a[*]` has changed. As in Pulumi, `a[*]` stands for the elements of
 * a list that is there before and after: adding or removing the list as a whole does not match it.
 */
export function changesAt(path: string, before: Props, after: Props): boolean {
  return differs(pathKeys(path), before, after);
}

function differs(keys: string[], before: Value | undefined, after: Value | undefined): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) {
    return !sameValue(before, after);
  }
  if (key !== "*") {
    return differs(rest, isContainer(before) ? before[key] : undefined, isContainer(after) ? after[key] : undefined);
  }
  if (!isContainer(before) || !isContainer(after)) {
    return false;
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].some((name) => differs(rest, before[name], after[name]));
}

function isContainer(value: Value | undefined): value is Props {
  return typeof value === "object" && value !== null;
}

/** The inputs with every ignored property as it was, or without it if it was not there. */
export function ignoreChanges(inputs: Props, old: Props, paths: readonly string[]): Props {
  const result = structuredClone(inputs);
  for (const path of paths) {
    restore(result, old, pathKeys(path));
  }
  return result;
}

function restore(target: Props, old: Props, keys: string[]): void {
  const [key, ...rest] = keys;
  if (key === undefined) {
    return;
  }
  const names = key === "*" ? [...new Set([...Object.keys(target), ...Object.keys(old)])] : [key];
  for (const name of names) {
    const [now, before] = [target[name], old[name]];
    if (rest.length > 0 && isContainer(now) && isContainer(before)) {
      restore(now, before, rest);
    } else if (before === undefined) {
      delete target[name];
    } else {
      target[name] = structuredClone(before);
    }
  }
}
