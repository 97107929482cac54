/** Actions: changes the API carries out in the background. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, Json } from "./client";

const POLL_MS = 1_000;
const LOOKS = 600;

/** Waits until the action at `path` is completed; a failed one rejects. */
export async function waitForAction(client: Client, path: string, signal: AbortSignal): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const action = (await client.get(path, signal)).action as Json;
    if (action.status === "completed") {
      return;
    }
    if (action.status === "errored") {
      throw new Error(`action ${String(action.type)} failed`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new Error(`timeout while waiting for ${path}`);
}
