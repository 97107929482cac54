/** The real Pulumi CLI behind the same interface, driven by Pulumi's automation API with the state in a local folder. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { EngineEvent, OutputMap, Stack, StackSettings } from "@pulumi/pulumi/automation";
import { Crypter } from "./embedded/crypto";
import { readProject } from "./embedded/project";
import { readText } from "./embedded/stateFile";
import { parseUrn, PROVIDER_TYPE_PREFIX, STACK_TYPE } from "./embedded/urn";
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
  onEvent: (event: EngineEvent) => void;
}

async function openStack(spec: StackSpec): Promise<Stack> {
  // Loaded only when used: it takes most of a second.
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  await mkdir(spec.stateDir, { recursive: true, mode: 0o700 });
  return LocalWorkspace.createOrSelectStack(
    { stackName: spec.stack, workDir: spec.workDir },
    {
      stackSettings: { [spec.stack]: await stackSettings(spec) },
      envVars: {
        PULUMI_BACKEND_URL: `file://${spec.stateDir}`,
        PULUMI_CONFIG_PASSPHRASE: spec.passphrase,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}

/** The stack's configuration, secrets encrypted here: the API's setConfig would put them on a command line. */
async function stackSettings(spec: StackSpec): Promise<StackSettings> {
  const crypter = await Crypter.create(spec.passphrase);
  const config = Object.entries(spec.config).map(([key, { value, secret }]) => [
    key,
    secret ? { secure: crypter.encrypt(value) } : value,
  ]);
  return {
    secretsProvider: "passphrase",
    encryptionSalt: crypter.saltLine,
    config: Object.fromEntries(config) as StackSettings["config"],
  };
}

async function run(
  spec: StackSpec,
  { onLine, signal }: RunOptions,
  action: (stack: Stack, handlers: Handlers) => Promise<OutputMap>,
): Promise<RunResult> {
  const started = Date.now();
  const operations: Operation[] = [];
  const errors: string[] = [];
  let text = "";
  let rest = "";
  const handlers: Handlers = {
    color: "never",
    signal,
    onOutput: (output) => {
      text += output;
      const lines = (rest + output).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach((line) => onLine?.(line));
    },
    onEvent: (event) => {
      operations.push(...operationOf(event));
      if (event.diagnosticEvent?.severity === "error") {
        errors.push(event.diagnosticEvent.message.trim());
      }
    },
  };
  const result = (outputs: RunResult["outputs"]): RunResult => {
    return { operations, outputs, text, durationMs: Date.now() - started };
  };
  try {
    return result(readOutputs(await action(await openStack(spec), handlers)));
  } catch (error) {
    const message = signal?.aborted ? "cancelled" : (errors[0] ?? (error as Error).message);
    throw new EngineError(message, result({}));
  }
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
