/** The embedded engine: runs a Pulumi program without the Pulumi CLI, with the providers the sandbox needs. */
import { chmod, mkdir } from "node:fs/promises";
import { EngineError, type Engine, type RunOptions, type RunResult, type StackSpec } from "../types";
import { readProject, withProjectConfig } from "./project";
import type { ProviderFactories } from "./providerSet";
import { describeOutputs, Run } from "./run";
import { lockState, readText, StateFile, statePath } from "./stateFile";
import { STACK_TYPE } from "./urn";

export class EmbeddedEngine implements Engine {
  readonly kind = "embedded";

  constructor(private readonly factories: ProviderFactories) {}

  preview(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return this.run("preview", spec, options);
  }

  up(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return this.run("up", spec, options);
  }

  destroy(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return this.run("destroy", spec, options);
  }

  async outputs(spec: StackSpec): Promise<RunResult["outputs"]> {
    const { snapshot } = await StateFile.load(await pathOf(spec), spec.passphrase);
    return describeOutputs(snapshot.resources.find((state) => state.type === STACK_TYPE)?.outputs ?? {});
  }

  async exportState(spec: StackSpec): Promise<string> {
    const text = await readText(await pathOf(spec));
    if (text === undefined) {
      throw new Error(`no stack named '${spec.stack}' found`);
    }
    return text;
  }

  private async run(action: "preview" | "up" | "destroy", spec: StackSpec, options: RunOptions): Promise<RunResult> {
    const lost = new AbortController();
    const signal = options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]);
    let release: (() => Promise<void>) | undefined;
    try {
      const project = await readProject(spec.workDir);
      const file = statePath(spec.stateDir, project.name, spec.stack);
      if (action !== "preview") {
        await mkdir(spec.stateDir, { recursive: true, mode: 0o700 });
        await chmod(spec.stateDir, 0o700);
        release = await lockState(file, () => lost.abort());
      }
      const { stateFile, snapshot } = await StateFile.load(file, spec.passphrase);
      const writable = action === "preview" ? undefined : stateFile;
      // Deleting needs the providers' settings only: no program will miss its own.
      const config = action === "destroy" ? spec.config : withProjectConfig(spec.config, project, spec.stack);
      const stack = { ...spec, config };
      const parts = { action, spec: stack, project, factories: this.factories, snapshot, stateFile: writable };
      return await new Run({ ...parts, options: { ...options, signal } }).execute();
    } catch (error) {
      throw error instanceof EngineError ? error : asEngineError(error as Error, options);
    } finally {
      await release?.();
    }
  }
}

async function pathOf(spec: StackSpec): Promise<string> {
  return statePath(spec.stateDir, (await readProject(spec.workDir)).name, spec.stack);
}

/** A failure before anything was run. */
function asEngineError(error: Error, { onLine }: RunOptions): EngineError {
  const line = `error: ${error.message}`;
  onLine?.(line);
  return new EngineError(error.message, { operations: [], outputs: {}, text: `${line}\n`, durationMs: 0 });
}
