/** digitalocean.ProjectResources. */
import { asText, type Props } from "../../embedded/values";
import { diffInputs, type ResourceKind } from "../provider";
import type { Client, Json } from "./client";

/** ProjectResources on a client: what no project holds any more goes to the account's default one. */
export function projectResourcesKind(client: Client): ResourceKind {
  const move = (project: string, resources: unknown[], signal: AbortSignal) =>
    resources.length === 0
      ? Promise.resolve({})
      : client.post(`/v2/projects/${project}/resources`, { resources }, signal);
  const listed = (inputs: Props) => (inputs.resources ?? []) as unknown[];
  const release = async (resources: unknown[], signal: AbortSignal) => {
    if (resources.length === 0) return;
    const { project } = (await client.get("/v2/projects/default", signal)) as { project: Json };
    await move(String(project.id), resources, signal);
  };
  return {
    check: (inputs) => inputs,
    diff: (old, inputs) => diffInputs(old, inputs, ["project"]),
    create: async (inputs, { signal }) => {
      await move(asText(inputs.project), listed(inputs), signal);
      return { id: asText(inputs.project), outputs: inputs };
    },
    update: async (old, inputs, { signal }) => {
      const kept = listed(inputs);
      const gone = listed(old.inputs).filter((urn) => !kept.includes(urn));
      await release(gone, signal);
      await move(asText(inputs.project), kept, signal);
      return inputs;
    },
    delete: (old, { signal }) => release(listed(old.inputs), signal),
  };
}
