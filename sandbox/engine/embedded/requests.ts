/** Translates between gRPC messages and what the deployment works with. */
import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Goal } from "./goal";
import { makeUrn, type Alias } from "./urn";
import { fromWire, type Props, type Value } from "./values";

/** The properties in a message; secrets and unknowns in the engine's own form. */
export function readProps(struct: Struct | undefined): Props {
  return fromWire(struct?.toJavaScript() ?? {}) as Props;
}

/** Properties for a message. */
export function writeProps(props: Props): Struct {
  return Struct.fromJavaScript(props);
}

/** Reads a proto3 string, whose absence is "". */
function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function readAlias(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (spec === undefined) {
    return { urn: message.getUrn() };
  }
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: optional(spec.getParenturn()),
  };
}

/** What a registration wants. */
export function registrationGoal(request: RegisterResourceRequest, stack: string, project: string): Goal {
  const type = request.getType();
  const name = request.getName();
  const parent = optional(request.getParent());
  const trigger = request.getReplacementTrigger()?.toJavaScript() as Value | undefined;
  const propertyDependencies = request.getPropertydependenciesMap().getEntryList();
  return {
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    parent,
    custom: request.getCustom(),
    inputs: readProps(request.getObject()),
    provider: optional(request.getProvider()),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deletedWith: optional(request.getDeletedwith()),
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: trigger === undefined || trigger === null ? undefined : fromWire(trigger),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      propertyDependencies.map(([key]) => [key, request.getPropertydependenciesMap().get(key)?.getUrnsList() ?? []]),
    ),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().map(readAlias),
  };
}

/** What a read wants. */
export function readGoal(request: ReadResourceRequest, stack: string, project: string): Goal {
  const type = request.getType();
  const name = request.getName();
  const parent = optional(request.getParent());
  return {
    urn: makeUrn(stack, project, parent, type, name),
    type,
    name,
    parent,
    custom: true,
    inputs: readProps(request.getProperties()),
    provider: optional(request.getProvider()),
    replaceWith: [],
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: [],
  };
}
