/** The two gRPC services a Pulumi program talks to, on one loopback port. */
import { Server, ServerCredentials, status, type handleUnaryCall } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb";
import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import * as engineMessages from "@pulumi/pulumi/proto/engine_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Goal } from "./goal";
import { readGoal, readProps, registrationGoal, writeProps } from "./requests";
import type { ResourceState } from "./state";
import type { Props } from "./values";

const FEATURES = new Set(["secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith", "replaceWith"]);

/** What the services do with the program's calls. */
export interface ProgramCalls {
  register(goal: Goal): Promise<ResourceState>;
  /** Has a remote component constructed by its package's plugin. */
  construct(request: messages.RegisterResourceRequest): Promise<messages.RegisterResourceResponse>;
  read(goal: Goal, id: string): Promise<ResourceState>;
  registerOutputs(urn: string, outputs: Props): void;
  invoke(token: string, args: Props): Props;
  /** The program has ended without an error and waits for the rest to be done. */
  complete(): Promise<void>;
  log(severity: "info" | "warning" | "error", message: string, urn: string): void;
}

/** Thrown by a call to tell the program that the engine is going down: the SDK then ends without another message. */
export class ShuttingDown extends Error {}

/** Starts the services; they accept calls for one stack until closed. */
export async function startServices(
  calls: ProgramCalls,
  stack: string,
  project: string,
): Promise<{ address: string; close: () => void }> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceMonitorService, monitor(calls, stack, project));
  server.addService(EngineService, engine(calls));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** A handler that answers with what `work` returns. */
function unary<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) => {
          const code = error instanceof ShuttingDown ? status.UNAVAILABLE : status.UNKNOWN;
          callback({ code, details: error.message });
        },
      );
  };
}

function monitor(calls: ProgramCalls, stack: string, project: string) {
  return {
    supportsFeature: unary((request: messages.SupportsFeatureRequest) =>
      new messages.SupportsFeatureResponse().setHassupport(FEATURES.has(request.getId())),
    ),
    registerResource: unary(async (request: messages.RegisterResourceRequest) => {
      if (request.getRemote()) {
        return calls.construct(request);
      }
      const state = await calls.register(registrationGoal(request, stack, project));
      // A component's old outputs may name resources that this run has not registered yet.
      const outputs = state.custom ? state.outputs : {};
      return new messages.RegisterResourceResponse()
        .setUrn(state.urn)
        .setId(state.id ?? "")
        .setObject(writeProps(outputs));
    }),
    readResource: unary(async (request: messages.ReadResourceRequest) => {
      const state = await calls.read(readGoal(request, stack, project), request.getId());
      return new messages.ReadResourceResponse().setUrn(state.urn).setProperties(writeProps(state.outputs));
    }),
    registerResourceOutputs: unary((request: messages.RegisterResourceOutputsRequest) => {
      calls.registerOutputs(request.getUrn(), readProps(request.getOutputs()));
      return new Empty();
    }),
    invoke: unary((request: messages.ResourceInvokeRequest) =>
      new InvokeResponse().setReturn(writeProps(calls.invoke(request.getTok(), readProps(request.getArgs())))),
    ),
    registerPackage: unary((request: messages.RegisterPackageRequest) =>
      new messages.RegisterPackageResponse().setRef(request.getName()),
    ),
    signalAndWaitForShutdown: unary(async () => {
      await calls.complete();
      return new Empty();
    }),
  };
}

function engine(calls: ProgramCalls) {
  let root = "";
  return {
    log: unary((request: LogRequest) => {
      const severity = severityOf(request.getSeverity());
      if (severity !== undefined && !request.getEphemeral()) {
        calls.log(severity, request.getMessage(), request.getUrn());
      }
      return new Empty();
    }),
    setRootResource: unary((request: SetRootResourceRequest) => {
      root = request.getUrn();
      return new engineMessages.SetRootResourceResponse();
    }),
    getRootResource: unary(() => new engineMessages.GetRootResourceResponse().setUrn(root)),
    requirePulumiVersion: unary(() => new engineMessages.RequirePulumiVersionResponse()),
  };
}

function severityOf(severity: LogSeverity): "info" | "warning" | "error" | undefined {
  switch (severity) {
    case LogSeverity.INFO:
      return "info";
    case LogSeverity.WARNING:
      return "warning";
    case LogSeverity.ERROR:
      return "error";
    case LogSeverity.DEBUG:
      return undefined;
  }
}
