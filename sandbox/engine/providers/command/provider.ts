/** The `command` package: remote.Command and nothing else. */
import type { Client } from "ssh2";
import type { Props, Value } from "../../embedded/values";
import { diffInputs, isKnown, randomHex, type OperationContext, type Provider, type ResourceKind } from "../provider";
import { CONNECTION_DEFAULTS, CONNECTION_FIELDS, dial, type Connection } from "./connection";
import { runScript } from "./session";

const LOGGING = ["stdout", "stderr", "stdoutAndStderr", "none"];

function check(inputs: Props): Props {
  if (inputs.logging !== undefined && isKnown(inputs.logging) && !LOGGING.includes(inputs.logging as string)) {
    throw new Error(`logging must be one of ${LOGGING.join(", ")}`);
  }
  return isKnown(inputs.connection) ? { ...inputs, connection: checkConnection(inputs.connection) } : inputs;
}

function checkConnection(connection: Value | undefined): Props {
  if (typeof connection !== "object" || connection === null || Array.isArray(connection)) {
    throw new Error("connection is required");
  }
  // Only names are told: the values are secrets.
  const unknown = Object.keys(connection).filter((field) => !CONNECTION_FIELDS.includes(field));
  if (unknown.length > 0) {
    throw new Error(`connection has unsupported fields: ${unknown.join(", ")}`);
  }
  if (connection.host === undefined) {
    throw new Error("connection.host is required");
  }
  return { ...CONNECTION_DEFAULTS, ...connection };
}

/** Makes the package's provider; every run of a command opens its own connection, which stays open until the end. */
export function commandProvider(): Provider {
  const clients: Client[] = [];

  async function run(
    command: Value | undefined,
    inputs: Props,
    previous: Props,
    context: OperationContext,
  ): Promise<Props> {
    if (typeof command !== "string") {
      return { ...inputs, stdout: previous.stdout ?? "", stderr: previous.stderr ?? "" };
    }
    const client = await dial(inputs.connection as unknown as Connection, context.signal);
    clients.push(client);
    const abort = () => client.destroy();
    context.signal.addEventListener("abort", abort, { once: true });
    const logging = inputs.logging ?? "stdoutAndStderr";
    try {
      const output = await runScript(
        client,
        {
          command,
          stdin: inputs.stdin as string | undefined,
          environment: (inputs.environment ?? {}) as Record<string, string>,
          optionalEnvironment: inputs.addPreviousOutputInEnv === false ? {} : previousOutput(previous),
          logStdout: logging === "stdout" || logging === "stdoutAndStderr",
          logStderr: logging === "stderr" || logging === "stdoutAndStderr",
        },
        context,
      );
      return { ...inputs, ...output };
    } finally {
      context.signal.removeEventListener("abort", abort);
    }
  }

  const command: ResourceKind = {
    check,
    diff: (old, inputs) => diffInputs(old, inputs, ["triggers"]),
    create: async (inputs, context) => ({
      id: `${context.name}${randomHex(8)}`,
      outputs: await run(inputs.create, inputs, {}, context),
    }),
    update: (old, inputs, context) => run(inputs.update ?? inputs.create, inputs, old.outputs, context),
    delete: async (old, context) => {
      await run(old.inputs.delete, old.inputs, old.outputs, context);
    },
    outputsInUpdatePreview: "unknown",
  };

  return {
    kinds: { "command:remote:Command": command },
    close: async () => {
      clients.forEach((client) => client.end());
      await Promise.resolve();
    },
  };
}

function previousOutput(previous: Props): Record<string, string> {
  const values = { PULUMI_COMMAND_STDOUT: previous.stdout, PULUMI_COMMAND_STDERR: previous.stderr };
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value === "string" && value !== ""),
  ) as Record<string, string>;
}
