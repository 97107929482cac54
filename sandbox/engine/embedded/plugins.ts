/** Remote components: the plugin of their package constructs them, and registers their children with this engine. */
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb";
import { RegisterResourceResponse, type RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { Masker } from "./masker";
import { inheritedEnv, PARALLEL, PRELOAD, type ProgramOptions, WITH_ENGINE } from "./program";
import { readProps } from "./requests";

interface Plugin {
  client: ResourceProviderClient;
  /** Rejects when the plugin ends before it is closed. */
  ended: Promise<never>;
}

/** The plugins of one run: started when first needed, ended with it. */
export class ComponentPlugins {
  private readonly started = new Map<string, Promise<Plugin>>();
  private readonly processes = new Set<ChildProcess>();

  constructor(
    private readonly options: ProgramOptions,
    private readonly masker: Masker,
  ) {}

  /** Resolves once the component and its children are registered. */
  async construct(request: RegisterResourceRequest): Promise<RegisterResourceResponse> {
    this.masker.learnInputs(readProps(request.getObject()));
    const response = await this.callPlugin(request).catch((error: Error) => {
      throw new Error(`${request.getType()} resource '${request.getName()}' has a problem: ${error.message}`);
    });
    this.masker.learnOutputs(readProps(response.getState()));
    return registered(response);
  }

  close(): void {
    this.processes.forEach((child) => child.kill("SIGKILL"));
  }

  private async callPlugin(request: RegisterResourceRequest): Promise<ConstructResponse> {
    const { client, ended } = await this.plugin(request.getType().split(":")[0] ?? "");
    const answer = new Promise<ConstructResponse>((resolve, reject) => {
      client.construct(this.constructRequest(request), (error, response) =>
        error === null ? resolve(response) : reject(new Error(error.details)),
      );
    });
    return Promise.race([answer, ended]);
  }

  private plugin(name: string): Promise<Plugin> {
    const plugin = this.started.get(name) ?? this.start(name);
    this.started.set(name, plugin);
    return plugin;
  }

  /** Starts a plugin in the program's folder, as the Node.js language host does; its first line is its port. */
  private async start(name: string): Promise<Plugin> {
    const { project, address, onLine } = this.options;
    const folder = project.packages[name];
    if (folder === undefined) {
      throw new Error(`Pulumi.yaml names no folder for the package ${name}`);
    }
    const runner = createRequire(path.join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-plugin");
    const [command, ...before] = WITH_ENGINE;
    const child = spawn(command, [...before, process.execPath, "--require", PRELOAD, runner, folder, address], {
      cwd: project.programDir,
      env: inheritedEnv(),
      stdio: ["ignore", "pipe", "pipe"],
      // As for the program: an interrupt at the terminal is for the engine alone.
      detached: true,
    });
    this.processes.add(child);
    createInterface({ input: child.stderr }).on("line", onLine);
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`its plugin ended with exit code ${code ?? "none"}`)));
    });
    // Heard by whoever waits for a construction; at other times it is no failure.
    ended.catch(() => undefined);
    const output = createInterface({ input: child.stdout });
    const port = await Promise.race([new Promise<string>((resolve) => output.once("line", resolve)), ended]);
    output.on("line", onLine);
    const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), unlimited);
    return { client, ended };
  }

  private constructRequest(request: RegisterResourceRequest): ConstructRequest {
    const { project, stack, config, preview, address } = this.options;
    const wanted = new ConstructRequest()
      .setProject(project.name)
      .setStack(stack)
      .setOrganization("organization")
      .setDryrun(preview)
      .setParallel(Number(PARALLEL))
      .setMonitorendpoint(address)
      .setConfigsecretkeysList(Object.keys(config).filter((key) => config[key]?.secret))
      .setType(request.getType())
      .setName(request.getName())
      .setParent(request.getParent())
      .setInputs(request.getObject())
      .setDependenciesList(request.getDependenciesList())
      .setAliasesList(request.getAliasesList())
      .setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList())
      .setDeletedwith(request.getDeletedwith())
      .setIgnorechangesList(request.getIgnorechangesList())
      .setReplaceonchangesList(request.getReplaceonchangesList())
      .setAcceptsOutputValues(true);
    if (request.hasProtect()) wanted.setProtect(request.getProtect() === true);
    if (request.hasRetainondelete()) wanted.setRetainondelete(request.getRetainondelete() === true);
    Object.entries(config).forEach(([key, { value }]) => wanted.getConfigMap().set(key, value));
    request.getProvidersMap().forEach((reference, name) => wanted.getProvidersMap().set(name, reference));
    request.getPropertydependenciesMap().forEach((dependencies, key) => {
      const urns = new ConstructRequest.PropertyDependencies().setUrnsList(dependencies.getUrnsList());
      wanted.getInputdependenciesMap().set(key, urns);
    });
    return wanted;
  }
}

/** What the program hears of a constructed component. */
function registered(response: ConstructResponse): RegisterResourceResponse {
  const answer = new RegisterResourceResponse().setUrn(response.getUrn()).setObject(response.getState());
  response.getStatedependenciesMap().forEach((dependencies, key) => {
    const urns = new RegisterResourceResponse.PropertyDependencies().setUrnsList(dependencies.getUrnsList());
    answer.getPropertydependenciesMap().set(key, urns);
  });
  return answer;
}
