/** The real Pulumi CLI behind the same interface, driven by Pulumi's automation API with the state in a local folder. */
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { EngineEvent, OutputMap, Stack } from "@pulumi/pulumi/automation";
import { readProject } from "./embedded/project";
import { readText } from "./embedded/stateFile";
import { parseUrn, PROVIDER_TYPE_PREFIX, STACK_TYPE } from "./embedded/urn";
import { prepareStackFolder, stackSettings } from "./stackFolder";
import {
  EngineError,
  type Engine,
  type Operation,
  type OperationKind,
  type RunOptions,
  type RunResult,
  type StackSpec,
} from "./types";

export class PulumiEngine implements Engine {
  readonly kind = "pulumi";

  preview(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return run(spec, options, async (stack, handlers) => {
      await stack.preview({ ...handlers, diff: true });
      return {};
    });
  }

  up(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return run(spec, options, async (stack, handlers) => (await stack.up(handlers)).outputs);
  }

  destroy(spec: StackSpec, options: RunOptions = {}): Promise<RunResult> {
    return run(spec, options, async (stack, handlers) => {
      await stack.destroy(handlers);
      return {};
    });
  }

  async outputs(spec: StackSpec): Promise<RunResult["outputs"]> {
    return readOutputs(await (await openStack(spec)).outputs());
  }

  /** Read from the folder: the API's own export shows the secrets in clear. */
  async exportState(spec: StackSpec): Promise<string> {
    const { name } = await readProject(spec.workDir);
    const text = await readText(path.join(spec.stateDir, ".pulumi", "stacks", name, `${spec.stack}.json`));
    if (text === undefined) {
      throw new Error(`no stack named '${spec.stack}' found`);
    }
    return text;
  }
}

interface Handlers {
  color: "never";
  signal: AbortSignal | undefined;
  onOutput: (text: string) => void;
  onError: (text: string) => void;
  onEvent: (event: EngineEvent) => void;
}

/** The automation API, loaded only when used: it takes most of a second. `import()` does not work within tests. */
function automation(): typeof import("@pulumi/pulumi/automation") {
  return createRequire(__filename)("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
}

async function openStack(spec: StackSpec): Promise<Stack> {
  await mkdir(spec.stateDir, { recursive: true, mode: 0o700 });
  const workDir = await prepareStackFolder(spec);
  return automation().LocalWorkspace.createOrSelectStack(
    { stackName: spec.stack, workDir },
    {
      stackSettings: { [spec.stack]: await stackSettings(spec, workDir) },
      envVars: {
        PULUMI_BACKEND_URL: `file://${spec.stateDir}`,
        PULUMI_CONFIG_PASSPHRASE: spec.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}

async function run(
  spec: StackSpec,
  { onLine, signal }: RunOptions,
  action: (stack: Stack, handlers: Handlers) => Promise<OutputMap>,
): Promise<RunResult> {
  const started = Date.now();
  const operations: Operation[] = [];
  const errors: string[] = [];
  const text: string[] = [];
  const print = (line: string) => {
    text.push(`${line}\n`);
    onLine?.(line);
  };
  const [output, complaints] = [new Lines(print), new Lines(print)];
  const handlers: Handlers = {
    color: "never",
    signal,
    onOutput: (chunk) => output.add(chunk),
    onError: (chunk) => complaints.add(chunk),
    onEvent: (event) => {
      operations.push(...operationOf(event));
      if (event.diagnosticEvent?.severity === "error") {
        errors.push(event.diagnosticEvent.message.trim());
      }
    },
  };
  const result = (outputs: RunResult["outputs"]): RunResult => {
    [output, complaints].forEach((lines) => lines.end());
    return { operations, outputs, text: text.join(""), durationMs: Date.now() - started };
  };
  try {
    return result(readOutputs(await action(await openStack(spec), handlers)));
  } catch (error) {
    const reason = reasonOf(error as Error);
    const shown = result({});
    if (signal?.aborted) {
      throw new EngineError("cancelled", shown);
    }
    // What the CLI itself had to say is on the terminal already, but not a failure to start it.
    if (!shown.text.includes(reason)) {
      print(`error: ${reason}`);
    }
    throw new EngineError(errors[0] ?? reason, { ...shown, text: text.join("") });
  }
}

/** Hands on whole lines of what comes in pieces. */
class Lines {
  private rest = "";

  constructor(private readonly print: (line: string) => void) {}

  add(chunk: string): void {
    const lines = (this.rest + chunk).split("\n");
    this.rest = lines.pop() ?? "";
    lines.forEach(this.print);
  }

  end(): void {
    if (this.rest !== "") {
      this.print(this.rest);
    }
    this.rest = "";
  }
}

/** The API tells a failed command with its whole command line and all its output, twice; the reason is on its stderr. */
function reasonOf({ message }: Error): string {
  const [, stderr] = /\n stderr: (.*?)\n err\?: /s.exec(message) ?? [];
  if (stderr === undefined) {
    return message;
  }
  const lines = stderr.split("\n").filter((line) => !/^(Command failed|\s*$)/.test(line));
  const reason = lines.find((line) => line.startsWith("error: ")) ?? lines[0] ?? stderr.trim();
  return reason.replace(/^error: /, "");
}

/** A step that has been carried out or planned; the stack and default providers are not what is meant by resources. */
function operationOf({ resOutputsEvent }: EngineEvent): Operation[] {
  if (resOutputsEvent === undefined) {
    return [];
  }
  const { op, urn } = resOutputsEvent.metadata;
  const { type, name } = parseUrn(urn);
  const hidden = type === STACK_TYPE || (type.startsWith(PROVIDER_TYPE_PREFIX) && name.startsWith("default"));
  return hidden ? [] : [{ kind: op as OperationKind, urn, type, name }];
}

function readOutputs(outputs: OutputMap): RunResult["outputs"] {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, { value, secret }]) => [key, { value: value as unknown, secret }]),
  );
}
