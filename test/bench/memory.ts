import type { Lab } from "../../sandbox/lab";
import { onHost } from "../scenario/support";
import type { Memory } from "./samples";
import type { Subjects } from "./subjects";

/** Long enough for what a deploy itself started to end, and for nothing to be swept up yet. */
const REST_SECONDS = 30;

/** Shared pages count for each process by its share, so that the sum is what the host would miss. */
const PROPORTIONAL_SET_SIZES = `sleep ${REST_SECONDS}
cat /proc/[0-9]*/smaps_rollup 2>/dev/null | awk '/^Pss:/ { kb += $2 } END { print kb * 1024 }'`;

/** A relay with all that runs beside Postfix on a droplet, and the same host before it. Leaves no droplet behind. */
export async function measureMemory(
  runs: number,
  lab: Lab,
  subjects: Subjects,
  memory: Memory,
  say: (line: string) => void,
): Promise<void> {
  const measure = async (kind: keyof Memory, what: string) => {
    const bytes = Number(await onHost(lab, PROPORTIONAL_SET_SIZES));
    memory[kind].push(bytes);
    say(`memory of ${what}: ${(bytes / 1e6).toFixed(0)} MB`);
  };
  for (let run = 0; run < runs; run++) {
    const bare = subjects.program("droplet");
    await subjects.up(bare);
    const host = await subjects.bareHost(bare);
    await measure("bare", "the bare host");
    const listeners = { submissions: true };
    const beside = { dkim: {}, metrics: true, unattendedUpgrades: true };
    await subjects.up(subjects.relay({ droplet: null, host, listeners, ...beside }));
    await measure("relay", "the relay");
    await subjects.destroy(bare);
  }
}
