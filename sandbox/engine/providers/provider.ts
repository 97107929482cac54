/** What the embedded engine asks of a provider: one ResourceKind per resource type, plain values in and out. */
import { changedKeys, UNKNOWN, type Props, type Value } from "../embedded/values";

/** Flat provider configuration: `digitalocean:token` is `token` here. */
export type ProviderConfig = Record<string, string>;

/** What a provider may use while it works on one resource. */
export interface OperationContext {
  name: string;
  /** Aborted when the run is cancelled. */
  signal: AbortSignal;
  /** Prints a line on behalf of the resource. */
  log(severity: "info" | "warning" | "error", message: string): void;
}

/** What a resource looked like after the last update. */
export interface OldState {
  id: string;
  inputs: Props;
  outputs: Props;
}

export interface Diff {
  /** Top-level inputs that changed; none = nothing to do. */
  changed: string[];
  /** Those of them that only a new resource can take. */
  replaces: string[];
  deleteBeforeReplace?: boolean;
}

export interface Created {
  id: string;
  outputs: Props;
}

export interface ResourceKind {
  /** Fills in defaults and says what is wrong with the inputs by throwing an error. */
  check: (inputs: Props, name: string, old: Props | undefined) => Props;
  diff: (old: OldState, inputs: Props) => Diff;
  create: (inputs: Props, context: OperationContext) => Promise<Created>;
  /** Absent where every change replaces. */
  update?: (old: OldState, inputs: Props, context: OperationContext) => Promise<Props>;
  delete: (old: OldState, context: OperationContext) => Promise<void>;
  /** The resource as it is now, undefined if it is gone; absent where nothing can be read. */
  read?: (id: string, context: OperationContext) => Promise<Props | undefined>;
  /** Outputs that are secret whatever the program says. */
  secretOutputs?: readonly string[];
  /** A preview of an update keeps the old outputs ("kept", the default) or knows none ("unknown"). */
  outputsInUpdatePreview?: "kept" | "unknown";
}

/** The resource types of one package, configured once per run. */
export interface Provider {
  kinds: Record<string, ResourceKind>;
  /** Ends connections when the run is over. */
  close?(): Promise<void>;
}

export type ProviderFactory = (config: ProviderConfig, settings: ProviderSettings) => Provider;

/** Settings of the engine rather than of the stack. */
export interface ProviderSettings {
  dropletPollDelayMs?: number;
}

/** Thrown by `create` when the resource exists but is not complete: it is kept in the state and tried again. */
export class IncompleteError extends Error {
  constructor(
    message: string,
    readonly created: Created,
  ) {
    super(message);
    this.name = "IncompleteError";
  }
}

/** A diff by comparison of the top-level inputs: `replaces` names those that only a new resource can take. */
export function diffInputs(old: OldState, inputs: Props, replaces: readonly string[] | "all"): Diff {
  const changed = changedKeys(old.inputs, inputs);
  return { changed, replaces: replaces === "all" ? changed : changed.filter((key) => replaces.includes(key)) };
}

/** The name to use where the program gives none: kept once chosen, so that it changes only with the resource. */
export function autoName(inputs: Props, name: string, old: Props | undefined, key = "name"): Value {
  return inputs[key] ?? old?.[key] ?? `${name}-${randomHex(7)}`;
}

export function randomHex(length: number): string {
  const bytes = new Uint8Array(Math.ceil(length / 2));
  crypto.getRandomValues(bytes);
  return Buffer.from(bytes).toString("hex").slice(0, length);
}

export function isKnown(value: Value | undefined): boolean {
  return value !== UNKNOWN;
}
