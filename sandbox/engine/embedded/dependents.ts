/** Who depends on whom in a state. */
import type { ResourceKind } from "../providers/provider";
import { references, type ResourceState } from "./state";
import { plainProps, UNKNOWN, type Props } from "./values";

/**
 * The resources that must be deleted before `old` is, because they depend on it and cannot live on without it: those
 * that would be replaced when what they take from it changes, and those that say so (replaceWith). Last dependents first.
 */
export function dependentsToReplace(
  old: ResourceState,
  remaining: ResourceState[],
  kindOf: (state: ResourceState) => ResourceKind,
): ResourceState[] {
  const doomed = new Set([old.urn]);
  const found: ResourceState[] = [];
  // States are in the order of registration, so whatever a resource depends on has been looked at before it.
  for (const state of remaining) {
    if (!doomed.has(state.urn) && state.custom && state.delete !== true && state.external !== true) {
      const together = (state.replaceWith ?? []).some((urn) => doomed.has(urn));
      if (together || wouldBeReplaced(state, doomed, kindOf)) {
        doomed.add(state.urn);
        found.unshift(state);
      }
    }
  }
  return found;
}

function wouldBeReplaced(
  state: ResourceState,
  doomed: Set<string>,
  kindOf: (state: ResourceState) => ResourceKind,
): boolean {
  const before = plainProps(state.inputs);
  const affected = Object.entries(state.propertyDependencies)
    .filter(([, urns]) => urns.some((urn) => doomed.has(urn)))
    .map(([key]): [string, string] => [key, UNKNOWN]);
  if (affected.length === 0) {
    return false;
  }
  const after: Props = { ...before, ...Object.fromEntries(affected) };
  const kind = kindOf(state);
  const old = { id: state.id ?? "", inputs: before, outputs: plainProps(state.outputs) };
  return kind.update === undefined || kind.diff(old, after).replaces.length > 0;
}

/** Runs `work` for every resource, each only after all that refer to it are done; the first failure stops the rest. */
export async function inReverseOrder(
  states: ResourceState[],
  work: (state: ResourceState) => Promise<void>,
): Promise<void> {
  const done = new Map<ResourceState, Promise<void>>();
  const failed = new AbortController();
  const start = (state: ResourceState): Promise<void> => {
    const running = done.get(state);
    if (running !== undefined) {
      return running;
    }
    const referring = states.filter((other) => other !== state && references(other).includes(state.urn));
    const task = (async () => {
      await Promise.all(referring.map(start));
      failed.signal.throwIfAborted();
      await work(state);
    })();
    done.set(state, task);
    return task;
  };
  const tasks = states.map((state) =>
    start(state).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(tasks);
  const rejected = outcomes.find((outcome) => outcome.status === "rejected");
  if (rejected !== undefined) {
    throw failed.signal.reason ?? rejected.reason;
  }
}
