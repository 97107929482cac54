/** Waiting for something to become true in the cloud, at the pace of the original provider. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ProviderSettings } from "../provider";

const FIRST_DELAY_MS = 10_000;
const SHORTEST_POLL_MS = 3_000;
const LONGEST_POLL_MS = 10_000;

/** How long to wait before the first look, and between looks. */
export class Pace {
  private readonly firstDelayMs: number;

  constructor(private readonly settings: ProviderSettings) {
    this.firstDelayMs = settings.dropletPollDelayMs ?? FIRST_DELAY_MS;
  }

  /** Looks until `look` answers something; rejects after `limitMs`. */
  async until<T>(what: string, look: () => Promise<T | undefined>, limitMs: number, signal: AbortSignal): Promise<T> {
    const deadline = Date.now() + limitMs;
    await sleep(this.firstDelayMs, undefined, { signal });
    for (let pause = SHORTEST_POLL_MS; ; pause = Math.min(2 * pause, LONGEST_POLL_MS)) {
      const seen = await look();
      if (seen !== undefined) {
        return seen;
      }
      if (Date.now() > deadline) {
        throw new Error(`timeout while waiting for ${what} (timeout: ${limitMs / 1000}s)`);
      }
      await sleep(this.settings.dropletPollDelayMs ?? pause, undefined, { signal });
    }
  }
}
