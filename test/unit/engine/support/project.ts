/** Throw-away Pulumi projects inside the repository, where node_modules resolves. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { EmbeddedEngine } from "../../../../sandbox/engine/embedded/engine";
import { builtInProviders } from "../../../../sandbox/engine/providers";
import type { ProviderFactory } from "../../../../sandbox/engine/providers/provider";
import { EngineError, type ConfigValue, type RunResult, type StackSpec } from "../../../../sandbox/engine";

const ROOT = path.resolve(__dirname, "../../../..");

const PACKAGES = ["random", "tls", "command", "digitalocean"];

/** The `Thing` resource and others that every program may use. */
const PRELUDE = `
class Thing extends pulumi.CustomResource {
  declare readonly value: pulumi.Output<string>;
  declare readonly out: pulumi.Output<string>;
  declare readonly token: pulumi.Output<string>;
  constructor(name: string, args: Record<string, unknown> = {}, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { value: undefined, out: undefined, token: undefined, ...args }, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name: string, args: pulumi.Inputs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Group", name, args, opts);
  }
}
class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.ResourceOptions) {
    super("test", name, args, opts);
  }
}
`;

export class TestProject {
  readonly dir: string;
  readonly spec: StackSpec;
  private readonly engine: EmbeddedEngine;

  constructor(providers: Record<string, ProviderFactory> = {}, config: Record<string, ConfigValue> = {}) {
    mkdirSync(path.join(ROOT, ".sandbox"), { recursive: true });
    this.dir = mkdtempSync(path.join(ROOT, ".sandbox", "eng-test-"));
    writeFileSync(path.join(this.dir, "Pulumi.yaml"), "name: eng\nruntime: nodejs\nmain: index.ts\n");
    const stateDir = path.join(this.dir, "state");
    this.spec = { workDir: this.dir, stack: "dev", config, stateDir, passphrase: "correct horse" };
    this.engine = new EmbeddedEngine({ ...builtInProviders, ...providers });
  }

  /** Sets the program's text. */
  program(text: string): this {
    const used = ["pulumi", ...PACKAGES.filter((name) => text.includes(`${name}.`))];
    const imports = used.map((name) => `import * as ${name} from "@pulumi/${name}";`);
    writeFileSync(path.join(this.dir, "index.ts"), [...imports, PRELUDE, text].join("\n"));
    return this;
  }

  preview(text?: string): Promise<RunResult> {
    return (text === undefined ? this : this.program(text)).engine.preview(this.spec);
  }

  up(text?: string, options: { onLine?: (line: string) => void; signal?: AbortSignal } = {}): Promise<RunResult> {
    return (text === undefined ? this : this.program(text)).engine.up(this.spec, options);
  }

  destroy(): Promise<RunResult> {
    return this.engine.destroy(this.spec);
  }

  outputs(): Promise<RunResult["outputs"]> {
    return this.engine.outputs(this.spec);
  }

  stateText(): Promise<string> {
    return this.engine.exportState(this.spec);
  }

  async state(): Promise<SavedState> {
    return (JSON.parse(await this.stateText()) as { deployment: SavedState }).deployment;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The part of the state file that tests look at. */
interface SavedState {
  resources: { urn: string; id?: string; inputs: Record<string, unknown>; outputs: Record<string, unknown> }[];
  pending_operations: { type: string; resource: { urn: string } }[];
}

/** `kind name` of every operation but `same`. */
export function changes(result: RunResult): string[] {
  return result.operations.filter(({ kind }) => kind !== "same").map(({ kind, name }) => `${kind} ${name}`);
}

/** The EngineError that a run must end with. */
export async function failure(run: Promise<RunResult>): Promise<EngineError> {
  const error = await run.then(
    () => new Error("the run succeeded"),
    (reason: unknown) => reason as Error,
  );
  if (!(error instanceof EngineError)) {
    throw error;
  }
  return error;
}
