/** One preview, update or destroy of one stack, from loading the state to the summary. */
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { EngineError, type RunOptions, type RunResult, type StackSpec } from "../types";
import { Deployment } from "./deployment";
import type { Goal } from "./goal";
import { Ledger } from "./ledger";
import { Masker } from "./masker";
import { ComponentPlugins } from "./plugins";
import { Printer } from "./printer";
import { EXIT_AFTER_SHOWN_ERROR, startProgram } from "./program";
import type { Project } from "./project";
import { ProviderSet, type ProviderFactories } from "./providerSet";
import { ShuttingDown, startServices, type ProgramCalls } from "./services";
import type { ResourceState } from "./state";
import type { Snapshot, StateFile } from "./stateFile";
import { makeUrn, parseUrn, STACK_TYPE } from "./urn";
import { asText, containsSecret, plain, type Props } from "./values";

/** How long a program that was told to end may take over its last words. */
const LAST_WORDS_MS = 5_000;

interface RunParts {
  action: "preview" | "up" | "destroy";
  spec: StackSpec;
  project: Project;
  factories: ProviderFactories;
  snapshot: Snapshot;
  /** Absent in a preview, which writes nothing. */
  stateFile: StateFile | undefined;
  options: RunOptions;
}

/** Carries out one action. */
export class Run implements ProgramCalls {
  private readonly masker = new Masker();
  private readonly printer: Printer;
  private readonly ledger: Ledger;
  private readonly providers: ProviderSet;
  private readonly deployment: Deployment;
  private readonly started = Date.now();
  private readonly running = new Set<Promise<unknown>>();
  private readonly stop = new AbortController();
  private readonly outputsBefore: Props;
  private plugins: ComponentPlugins | undefined;
  private readonly failed = new AbortController();
  private failure: string | undefined;
  private cancelled = false;
  private completed = false;
  private readonly reported = new WeakSet<Error>();

  constructor(private readonly parts: RunParts) {
    const { spec, snapshot, factories, action, options } = parts;
    this.printer = new Printer(this.masker, action === "preview", options.onLine);
    this.ledger = new Ledger(snapshot, parts.stateFile);
    const settings = { dropletPollDelayMs: spec.dropletPollDelayMs };
    this.providers = new ProviderSet(factories, spec.config, settings, (urn) => this.ledger.current(urn)?.inputs);
    this.deployment = new Deployment({
      ledger: this.ledger,
      providers: this.providers,
      printer: this.printer,
      masker: this.masker,
      preview: action === "preview",
      signal: this.stop.signal,
    });
    this.outputsBefore = this.stackOutputs();
    this.learnSecrets();
  }

  /** Resolves with the result, or rejects with an EngineError that carries it. */
  async execute(): Promise<RunResult> {
    const { signal } = this.parts.options;
    const cancel = () => this.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      if (signal?.aborted) {
        this.cancel();
      } else {
        this.warnOfInterruption();
        await (this.parts.action === "destroy" ? this.track(this.deleteRest()) : this.runProgram());
      }
    } catch (error) {
      this.fail(error as Error);
    } finally {
      signal?.removeEventListener("abort", cancel);
      await Promise.allSettled(this.running);
      await this.providers.close();
    }
    if (this.failure === undefined && !this.cancelled) {
      this.ledger.settle();
    }
    await this.ledger.flush();
    return this.report();
  }

  register(goal: Goal): Promise<ResourceState> {
    return this.forProgram(goal.urn, () => this.deployment.register(goal));
  }

  /** Not waited for when the run ends: a plugin whose own calls are refused then never answers. */
  async construct(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    if (this.ending || this.plugins === undefined) {
      throw new ShuttingDown("the update has failed");
    }
    const ended = new Promise<undefined>((resolve) => {
      this.failed.signal.addEventListener("abort", () => resolve(undefined), { once: true });
    });
    const response = await Promise.race([this.plugins.construct(request), ended]).catch((error: Error) => {
      this.fail(error);
    });
    if (!response) {
      throw new ShuttingDown("the update has failed");
    }
    return response;
  }

  read(goal: Goal, id: string): Promise<ResourceState> {
    return this.forProgram(goal.urn, () => this.deployment.read(goal, id));
  }

  registerOutputs(urn: string, outputs: Props): void {
    this.deployment.registerOutputs(urn, outputs);
  }

  invoke(token: string, args: Props): Props {
    if (token !== "pulumi:pulumi:getResource") {
      throw new Error(`the embedded engine has no function ${token}`);
    }
    const state = this.ledger.current(asText(args.urn));
    if (state === undefined) {
      throw new Error(`unknown resource ${asText(args.urn)}`);
    }
    return { urn: state.urn, id: state.id ?? "", state: state.outputs };
  }

  complete(): Promise<void> {
    return this.forProgram("", async () => {
      await this.deleteRest();
      this.completed = true;
    });
  }

  log(severity: "info" | "warning" | "error", message: string, urn: string): void {
    this.printer.message(severity, message, urn === "" ? undefined : urn);
  }

  /** A call of the program: refused once the run is to end, and its failure ends the run. */
  private async forProgram<T>(urn: string, work: () => Promise<T>): Promise<T> {
    if (this.ending) {
      throw new ShuttingDown("the update has failed");
    }
    try {
      return await this.track(work());
    } catch (error) {
      this.fail(error as Error, urn);
      throw new ShuttingDown("the update has failed");
    }
  }

  private get ending(): boolean {
    return this.failure !== undefined || this.cancelled;
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }

  private async runProgram(): Promise<void> {
    const { project, spec, action } = this.parts;
    const services = await startServices(this, spec.stack, project.name);
    const options = {
      project,
      stack: spec.stack,
      config: spec.config,
      preview: action === "preview",
      address: services.address,
      onLine: (line: string) => this.printer.line(line),
    };
    this.plugins = new ComponentPlugins(options, this.masker);
    const program = startProgram(options);
    const cancelled = new Promise<void>((resolve) => {
      this.stop.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      await Promise.race([program.exited, cancelled]);
      await Promise.allSettled(this.running);
      const timer = setTimeout(() => program.kill(), this.cancelled ? 0 : LAST_WORDS_MS);
      const code = await program.exited.finally(() => clearTimeout(timer));
      if (!this.ending && !(this.completed && code === 0)) {
        this.fail(new Error(programFailure(code)), undefined, code === EXIT_AFTER_SHOWN_ERROR);
      }
    } finally {
      program.kill();
      this.plugins.close();
      services.close();
    }
  }

  private deleteRest(): Promise<void> {
    return this.deployment.deleteRest((error, urn) => this.fail(error, urn));
  }

  /** Shows a failure, once, and ends the run. */
  private fail(error: Error, urn = "", shown = false): void {
    if (this.cancelled || this.reported.has(error)) {
      return;
    }
    this.reported.add(error);
    const about = urn === "" ? "" : `${parseUrn(urn).type} ${parseUrn(urn).name}: `;
    this.failure ??= this.masker.mask(about + error.message);
    this.failed.abort();
    if (!shown) {
      this.printer.message("error", error.message, urn === "" ? undefined : urn);
    }
  }

  private cancel(): void {
    this.cancelled = true;
    this.printer.line("Cancelling: running operations are being stopped.");
    this.stop.abort(new Error("cancelled"));
  }

  private warnOfInterruption(): void {
    for (const { type, resource } of this.ledger.interrupted) {
      const text = `an earlier run was interrupted while ${type} this resource: look whether it exists outside the state`;
      this.printer.message("warning", text, resource.urn);
    }
  }

  private learnSecrets(): void {
    for (const { value, secret } of Object.values(this.parts.spec.config)) {
      if (secret) {
        this.masker.learnText(value);
      }
    }
    for (const { type, inputs, outputs } of this.parts.snapshot.resources) {
      if (type === STACK_TYPE) continue;
      this.masker.learnOutputs(inputs);
      this.masker.learnOutputs(outputs);
    }
  }

  private stackOutputs(): Props {
    const { spec, project } = this.parts;
    const name = `${project.name}-${spec.stack}`;
    return this.ledger.current(makeUrn(spec.stack, project.name, undefined, STACK_TYPE, name))?.outputs ?? {};
  }

  private report(): RunResult {
    const durationMs = Date.now() - this.started;
    const outputs = this.stackOutputs();
    if (!this.ending && this.parts.action !== "destroy") {
      this.printer.outputs(this.outputsBefore, outputs);
    }
    this.printer.summary(durationMs);
    const { operations, text } = this.printer;
    const result: RunResult = { operations, outputs: describeOutputs(outputs), text, durationMs };
    if (this.cancelled) {
      throw new EngineError("cancelled", result);
    }
    if (this.failure !== undefined) {
      throw new EngineError(this.failure, result);
    }
    return result;
  }
}

function programFailure(code: number | null): string {
  if (code === EXIT_AFTER_SHOWN_ERROR) {
    return "the program failed";
  }
  return code === 0 ? "the program ended before it was complete" : `the program ended with exit code ${code ?? "none"}`;
}

/** Outputs in clear, as `pulumi stack output --show-secrets` gives them. */
export function describeOutputs(outputs: Props): RunResult["outputs"] {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, { value: plain(value), secret: containsSecret(value) }]),
  );
}
