/** digitalocean.SshKey, Tag and Domain: one object in the API each. */
import { asText, type Props } from "../../embedded/values";
import { autoName, diffInputs, type ResourceKind } from "../provider";
import { ignoreNotFound, type Client, type Json } from "./client";

/** SshKey on a client. */
export function sshKeyKind(client: Client): ResourceKind {
  const path = (id: string) => `/v2/account/keys/${id}`;
  const outputsOf = (answer: Json): Props => {
    const { name, fingerprint, public_key: publicKey } = answer.ssh_key as Record<string, string>;
    return { name, fingerprint, publicKey } as Props;
  };
  /** White space at the ends of a key means nothing. */
  const trimmed = (inputs: Props): Props => ({ ...inputs, publicKey: asText(inputs.publicKey).trim() });
  return {
    check: (inputs, name, old) => ({ ...inputs, name: autoName(inputs, name, old) }),
    diff: (old, inputs) => diffInputs({ ...old, inputs: trimmed(old.inputs) }, trimmed(inputs), ["publicKey"]),
    create: async (inputs, { signal }) => {
      const answer = await client.post("/v2/account/keys", { name: inputs.name, public_key: inputs.publicKey }, signal);
      return { id: String((answer.ssh_key as Json).id), outputs: outputsOf(answer) };
    },
    update: async (old, inputs, { signal }) => outputsOf(await client.put(path(old.id), { name: inputs.name }, signal)),
    delete: (old, { signal }) => client.delete(path(old.id), signal),
    read: async (id, { signal }) => {
      const answer = await client.get(path(id), signal).catch(ignoreNotFound);
      return answer && outputsOf(answer);
    },
  };
}

/** Tag on a client: its name is its identity. */
export function tagKind(client: Client): ResourceKind {
  const outputsOf = (answer: Json): Props => {
    const tag = answer.tag as Json;
    const resources = (tag.resources ?? {}) as Record<string, { count?: number }>;
    const count = (key: string) => resources[key]?.count ?? 0;
    return {
      name: String(tag.name),
      totalResourceCount: Number((resources as Json).count ?? 0),
      dropletsCount: count("droplets"),
      imagesCount: count("images"),
      volumesCount: count("volumes"),
      volumeSnapshotsCount: count("volume_snapshots"),
      databasesCount: count("databases"),
    };
  };
  return {
    check: (inputs, name, old) => ({ ...inputs, name: autoName(inputs, name, old) }),
    diff: (old, inputs) => diffInputs(old, inputs, "all"),
    create: async (inputs, { signal }) => {
      await client.post("/v2/tags", { name: inputs.name }, signal);
      const outputs = outputsOf(await client.get(`/v2/tags/${asText(inputs.name)}`, signal));
      return { id: asText(inputs.name), outputs };
    },
    delete: (old, { signal }) => client.delete(`/v2/tags/${old.id}`, signal),
  };
}

/** Domain on a client: its name is its identity. */
export function domainKind(client: Client): ResourceKind {
  const outputsOf = (answer: Json, inputs: Props): Props => {
    const { name, ttl } = answer.domain as { name: string; ttl: number };
    return { ...inputs, name, ttl, domainUrn: `do:domain:${name}` };
  };
  return {
    check: (inputs) => inputs,
    diff: (old, inputs) => diffInputs(old, inputs, "all"),
    create: async (inputs, { signal }) => {
      const request = {
        name: inputs.name,
        ...(inputs.ipAddress === undefined ? {} : { ip_address: inputs.ipAddress }),
      };
      await client.post("/v2/domains", request, signal);
      const answer = await client.get(`/v2/domains/${asText(inputs.name)}`, signal);
      return { id: asText(inputs.name), outputs: outputsOf(answer, inputs) };
    },
    delete: (old, { signal }) => client.delete(`/v2/domains/${old.id}`, signal),
    read: async (id, { signal }) => {
      const answer = await client.get(`/v2/domains/${id}`, signal).catch(ignoreNotFound);
      return answer && outputsOf(answer, {});
    },
  };
}
