/** What can be changed on a droplet that exists. */
import { asText, sameValue, type Props, type Value } from "../../embedded/values";
import type { OldState, OperationContext } from "../provider";
import type { Client, Json } from "./client";
import { waitForAction } from "./action";

interface UpdateTools {
  client: Client;
  /** Waits until the droplet is unlocked and passes the test. */
  until(what: string, test: (droplet: Json) => boolean): Promise<Json>;
}

/**
 * Brings the droplet to the new inputs, one change after the other. As in the original, whatever waits for the droplet
 * reads all its attributes anew and so forgets the changes that were still to come: they are not made.
 */
export async function updateDroplet(
  old: OldState,
  inputs: Props,
  context: OperationContext,
  tools: UpdateTools,
): Promise<void> {
  const before = old.inputs;
  const act = async (action: Json): Promise<Json> => {
    const answer = await tools.client.post(`/v2/droplets/${old.id}/actions`, action, context.signal);
    return answer.action as Json;
  };
  if (!sameValue(before.size, inputs.size)) {
    await act({ type: "power_off" });
    await tools.until("droplet to become powered off", (droplet) => droplet.status === "off");
    const resize = await act({ type: "resize", size: inputs.size, disk: inputs.resizeDisk ?? true });
    await waitForAction(tools.client, `/v2/actions/${String(resize.id)}`, context.signal);
    await act({ type: "power_on" });
    await tools.until("state to become 'active'", (droplet) => droplet.status === "active");
    return;
  }
  if (!sameValue(before.name, inputs.name)) {
    await act({ type: "rename", name: inputs.name });
    await tools.until("rename of droplet to finish", (droplet) => droplet.name === inputs.name);
    return;
  }
  const backups = inputs.backups ?? false;
  if (!sameValue(before.backups ?? false, backups)) {
    const action = await act({ type: backups === true ? "enable_backups" : "disable_backups" });
    await waitForAction(tools.client, `/v2/actions/${String(action.id)}`, context.signal);
  }
  if (inputs.ipv6 === true && before.ipv6 !== true) {
    await act({ type: "enable_ipv6" });
    await tools.until("ipv6 to be turned on", (droplet) => (droplet.features as string[]).includes("ipv6"));
    return;
  }
  await updateTags(old, inputs, context, tools.client);
}

async function updateTags(old: OldState, inputs: Props, { signal }: OperationContext, client: Client): Promise<void> {
  const before = (old.inputs.tags ?? []) as Value[];
  const after = (inputs.tags ?? []) as Value[];
  const resources = [{ resource_id: old.id, resource_type: "droplet" }];
  for (const tag of before.filter((one) => !after.includes(one))) {
    await client.delete(`/v2/tags/${asText(tag)}/resources`, signal, { resources });
  }
  for (const tag of after.filter((one) => !before.includes(one))) {
    await client.post("/v2/tags", { name: tag }, signal);
    await client.post(`/v2/tags/${asText(tag)}/resources`, { resources }, signal);
  }
}
