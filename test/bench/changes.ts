import type { RunResult } from "../../sandbox/engine";
import type { Lab } from "../../sandbox/lab";
import { remoteCommands } from "../scenario/support";
import { underLoad } from "../scenario/load";
import type { Changes } from "./samples";
import { alternately } from "./statistics";
import type { BareHost, Subjects } from "./subjects";

const ALICE = { login: "alice", password: "of alice" };
const USERS = 1000;
const LOAD = { ...ALICE, connecting: 3, persistent: 2 };

/** Changes of one relay that serves, by turns with what they are compared with. Leaves no droplet behind. */
export async function measureChanges(
  runs: number,
  lab: Lab,
  subjects: Subjects,
  changes: Changes,
  say: (line: string) => void,
): Promise<void> {
  const keep = (kind: keyof Changes, what: string, durationMs: number) => {
    changes[kind].push(durationMs);
    say(`${what}: ${(durationMs / 1000).toFixed(1)} s`);
  };
  const bare = subjects.program("droplet");
  await subjects.up(bare);
  const host = await subjects.bareHost(bare);
  const relay = subjects.relay(onHost(host, [ALICE]));
  /** The relay's next `up`, with these users and this message size. */
  const up = (users: { login: string; password: string }[], messageSize = 10_240_000) => {
    // Clients that send all the time send more than a login may by default.
    const limits = { recipientsPerHour: 0, messageSize };
    relay.config = subjects.relay({ ...onHost(host, users), limits }).config;
    return subjects.up(relay);
  };
  await up([ALICE]);
  for (let run = 0; run < runs; run++) {
    await up([ALICE, { login: "printer", password: `printer ${run}` }]);
    await alternately(
      run,
      async () => {
        const result = await up([ALICE, { login: "printer", password: `rotated ${run}` }]);
        keep("rotation", "rotation of one password", result.durationMs);
        changes.rotationRemote.push(remoteCommands(result).length);
      },
      async () => keep("sshTrue", "true over SSH", await subjects.overSsh(host, "true")),
    );
    const present = [ALICE, { login: "printer", password: `rotated ${run}` }];
    await alternately(
      run,
      async () => keep("noOp", "no-op up", (await up(present)).durationMs),
      async () => {
        const lost = { ...relay, stateDir: subjects.relay().stateDir };
        keep("unchanged", "every step on an unchanged host", (await subjects.up(lost)).durationMs);
      },
    );
    await up([ALICE]);
    keep("thousandUsers", "a thousand users seeded", usersStepMs(await up(thousand())));
    keep("oneUser", "one user seeded", usersStepMs(await up([ALICE])));
    const serving = { ...lab, outputs: async () => ({ ...(await lab.outputs()), address: host.address }) };
    const { failures } = await underLoad(serving, LOAD, () => up([ALICE], 20_480_000 + run));
    changes.failedSessions.push(failures.length);
    say(`failed sessions while a parameter changes: ${failures.length}`);
    await up([ALICE]);
  }
  await subjects.destroy(bare);
}

/** How long the users step took, by what the engine says of it. */
function usersStepMs({ text }: RunResult): number {
  const [, seconds] = /relay-users updated.*\((\d+(?:\.\d+)?)s\)/.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`the users step did not run:\n${text}`);
  return Number(seconds) * 1000;
}

const onHost = (host: BareHost, users: { login: string; password: string }[]) => ({ droplet: null, host, users });

const thousand = () => [
  ALICE,
  ...Array.from({ length: USERS - 1 }, (_, index) => ({ login: `user${index}`, password: `of user ${index}` })),
];
