import type { Lab } from "../../sandbox/lab";
import { onlyDroplet, remoteCommands, sshConnections } from "../scenario/support";
import type { Samples } from "./samples";
import { alternately } from "./statistics";
import type { Subjects } from "./subjects";

/** An update without changes takes a moment only, and its ratio is near its goal: more samples cost little. */
const NO_OP_PAIRS = 3;

/** Measures everything once, by turns, and adds it to the samples. Leaves no droplet behind. */
export async function measureRound(
  round: number,
  lab: Lab,
  subjects: Subjects,
  samples: Samples,
  say: (line: string) => void,
): Promise<void> {
  const keep = (kind: keyof Samples, what: string, durationMs: number) => {
    samples[kind].push(durationMs);
    say(`${what}: ${(durationMs / 1000).toFixed(1)} s`);
  };

  const floor = async (which: "four" | "ours") => {
    const bare = subjects.program("droplet");
    const { durationMs } = await subjects.up(bare);
    const installing = await subjects.aptGet(await subjects.bareHost(bare), which);
    await subjects.destroy(bare);
    if (which === "four") keep("floor", "apt-get update and install of the four packages", installing);
    const [kind, packages] =
      which === "four" ? (["dropletFloor", "them"] as const) : (["dropletOwnFloor", "the relay's packages"] as const);
    keep(kind, `bare droplet, and then ${packages}`, durationMs + installing);
  };

  const relayOnHost = async () => {
    const bare = subjects.program("droplet");
    await subjects.up(bare);
    const relay = subjects.relay({ droplet: null, host: await subjects.bareHost(bare) });
    keep("hostUp", "fresh up on a booted host", (await subjects.up(relay)).durationMs);
    samples.sshConnections.push(await sshConnections(lab));
    await subjects.destroy(bare);
  };

  const relayWithDroplet = async () => {
    const relay = subjects.relay();
    keep("dropletUp", "fresh up with its droplet", (await subjects.up(relay)).durationMs);
    const connections = await sshConnections(lab);
    samples.sshConnections.push(connections);
    const droplet = await onlyDroplet(lab);
    const resources = subjects.program("resources");
    await subjects.up(resources);
    for (let pair = 0; pair < NO_OP_PAIRS; pair++) {
      await alternately(
        round + pair,
        async () => {
          const result = await subjects.up(relay);
          keep("noOpUp", "no-op up", result.durationMs);
          samples.noOpRemote.push(remoteCommands(result).length + (await sshConnections(lab, droplet)) - connections);
        },
        async () => keep("resourcesUp", "one file with the same resources", (await subjects.up(resources)).durationMs),
      );
    }
    await subjects.destroy(resources);
    await subjects.destroy(relay);
  };

  await alternately(
    round,
    async () => {
      await floor("four");
      await floor("ours");
    },
    relayOnHost,
  );
  await relayWithDroplet();
}
