/** What one stack consists of: the shape follows Pulumi's deployment format, version 3. */
import type { Props } from "./values";

export interface ResourceState {
  urn: string;
  custom: boolean;
  type: string;
  /** Absent for components. */
  id?: string;
  inputs: Props;
  outputs: Props;
  parent?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** `urn::id` of an explicit provider; the default one, made from the stack configuration, is not named. */
  provider?: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  deletedWith?: string;
  replaceWith?: string[];
  replacementTrigger?: Props;
  additionalSecretOutputs?: string[];
  /** Read from the cloud, not owned. */
  external?: boolean;
  /** Replaced already, and to be deleted. */
  delete?: boolean;
  /** Why a resource that exists is not complete; the next update tries again. */
  initErrors?: string[];
  created?: string;
  modified?: string;
}

/** Written before an operation starts and removed when its outcome is recorded. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading";
  resource: ResourceState;
}

/** The properties by which one resource refers to others, in one list. */
export function references(state: ResourceState): string[] {
  const list = [...state.dependencies, ...Object.values(state.propertyDependencies).flat()];
  if (state.parent !== undefined) {
    list.push(state.parent);
  }
  if (state.provider !== undefined) {
    list.push(providerUrn(state.provider));
  }
  if (state.deletedWith !== undefined) {
    list.push(state.deletedWith);
  }
  return [...new Set(list)];
}

/** The URN part of a provider reference `urn::id`. */
export function providerUrn(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}

/** The same state with every URN passed through `rename`. */
export function renameReferences(state: ResourceState, rename: (urn: string) => string): ResourceState {
  const renamed: ResourceState = {
    ...state,
    dependencies: state.dependencies.map(rename),
    propertyDependencies: Object.fromEntries(
      Object.entries(state.propertyDependencies).map(([key, urns]) => [key, urns.map(rename)]),
    ),
  };
  if (state.parent !== undefined) {
    renamed.parent = rename(state.parent);
  }
  if (state.provider !== undefined) {
    const urn = providerUrn(state.provider);
    renamed.provider = rename(urn) + state.provider.slice(urn.length);
  }
  if (state.deletedWith !== undefined) {
    renamed.deletedWith = rename(state.deletedWith);
  }
  return renamed;
}
