/** What a scenario needs from an engine: the embedded one and the real Pulumi CLI both implement it. */

/** One stack configuration value; object values are given as JSON text, as the CLI stores them. */
export interface ConfigValue {
  value: string;
  secret: boolean;
}

/** The properties of structured configuration that hold secrets, at any depth. */
export const SECRET_PROPERTIES = ["password", "previousPassword", "privateKey", "webhook", "digitalOceanToken"];

/** Everything an engine needs to run one program against one stack. */
export interface StackSpec {
  /** Folder with Pulumi.yaml and the program. */
  workDir: string;
  stack: string;
  /** Keys with their namespace, for example `pulumi-mail-relay:myHostname` or `digitalocean:token`. */
  config: Record<string, ConfigValue>;
  /** Root-only folder that holds the state and whatever else the engine keeps. */
  stateDir: string;
  /** Encrypts the secrets in the state, as PULUMI_CONFIG_PASSPHRASE does. */
  passphrase: string;
  /** Shortens the droplet provider's fixed 10 s before its first poll. Only for tests; the benchmark never sets it. */
  dropletPollDelayMs?: number;
}

/** The verbs of Pulumi's own operation names that an update can end with for one resource. */
export type OperationKind =
  | "create"
  | "same"
  | "update"
  | "create-replacement"
  | "replace"
  | "delete-replaced"
  | "delete"
  | "read"
  | "discard"
  | "read-discard";

/** One planned (preview) or finished (up, destroy) operation. */
export interface Operation {
  kind: OperationKind;
  urn: string;
  type: string;
  name: string;
}

export interface RunResult {
  /** In the order in which they finished. Default providers and the stack resource are left out. */
  operations: Operation[];
  outputs: Record<string, { value: unknown; secret: boolean }>;
  /** All that a person would have seen, secrets masked. */
  text: string;
  durationMs: number;
}

/** Thrown by every call that the CLI would end with a non-zero code. What was done until then is in the state. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly result: RunResult,
  ) {
    super(message);
    this.name = "EngineError";
  }
}

export interface RunOptions {
  /** Called with every finished line as it is printed, secrets masked. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

export interface Engine {
  readonly kind: "embedded" | "pulumi";
  preview(stack: StackSpec, options?: RunOptions): Promise<RunResult>;
  up(stack: StackSpec, options?: RunOptions): Promise<RunResult>;
  destroy(stack: StackSpec, options?: RunOptions): Promise<RunResult>;
  /** The stack's outputs as of the last finished update, secrets in clear. */
  outputs(stack: StackSpec): Promise<RunResult["outputs"]>;
  /** The raw state as it lies on disk (secrets encrypted), for tests that hunt secrets in it. */
  exportState(stack: StackSpec): Promise<string>;
}
