/** digitalocean.ReservedIp and ReservedIpAssignment. */
import { asText, sameValue, type Props } from "../../embedded/values";
import { diffInputs, randomHex, type ResourceKind } from "../provider";
import { waitForAction } from "./action";
import { ignoreNotFound, type Client, type Json } from "./client";

async function act(client: Client, ip: string, action: Json, signal: AbortSignal): Promise<void> {
  const started = (await client.post(`/v2/reserved_ips/${ip}/actions`, action, signal)).action as Json;
  await waitForAction(client, `/v2/reserved_ips/${ip}/actions/${String(started.id)}`, signal);
}

function assign(client: Client, ip: string, dropletId: unknown, signal: AbortSignal): Promise<void> {
  return act(client, ip, { type: "assign", droplet_id: Number(dropletId) }, signal);
}

async function unassign(client: Client, ip: string, signal: AbortSignal): Promise<void> {
  const answer = await client.get(`/v2/reserved_ips/${ip}`, signal).catch(ignoreNotFound);
  if (answer !== undefined && ((answer.reserved_ip as Json).droplet ?? null) !== null) {
    await act(client, ip, { type: "unassign" }, signal);
  }
}

/** ReservedIp on a client: the address is its identity. */
export function reservedIpKind(client: Client): ResourceKind {
  const outputsOf = (ip: string, inputs: Props): Props => ({
    ...inputs,
    ipAddress: ip,
    reservedIpUrn: `do:reservedip:${ip}`,
  });
  return {
    check: (inputs) => inputs,
    diff: (old, inputs) => diffInputs(old, inputs, ["region", "ipAddress"]),
    create: async (inputs, { signal }) => {
      const answer = await client.post("/v2/reserved_ips", { region: inputs.region }, signal);
      const ip = String((answer.reserved_ip as Json).ip);
      if (inputs.dropletId !== undefined) {
        await assign(client, ip, inputs.dropletId, signal);
      }
      return { id: ip, outputs: outputsOf(ip, inputs) };
    },
    update: async (old, inputs, { signal }) => {
      if (!sameValue(old.inputs.dropletId, inputs.dropletId)) {
        await (inputs.dropletId === undefined
          ? unassign(client, old.id, signal)
          : assign(client, old.id, inputs.dropletId, signal));
      }
      return outputsOf(old.id, inputs);
    },
    delete: async (old, { signal }) => {
      if (old.inputs.dropletId !== undefined) {
        await unassign(client, old.id, signal);
      }
      await client.delete(`/v2/reserved_ips/${old.id}`, signal);
    },
  };
}

/** ReservedIpAssignment on a client. */
export function reservedIpAssignmentKind(client: Client): ResourceKind {
  return {
    check: (inputs) => inputs,
    diff: (old, inputs) => diffInputs(old, inputs, "all"),
    create: async (inputs, { signal }) => {
      await assign(client, asText(inputs.ipAddress), inputs.dropletId, signal);
      return { id: `${asText(inputs.dropletId)}-${asText(inputs.ipAddress)}-${randomHex(8)}`, outputs: inputs };
    },
    delete: (old, { signal }) => unassign(client, asText(old.inputs.ipAddress), signal),
  };
}
