import type { SshAccess } from "../../components";
import type { Lab } from "../../sandbox/lab";
import { MailRelayCommand } from "../scenario/mailRelay";
import { onHost } from "../scenario/support";
import type { LongQueue } from "./samples";
import { alternately } from "./statistics";
import type { BareHost, Subjects } from "./subjects";

export const MESSAGES = 10_000;

/** Waits until Postfix has put off all it has, and the disk has it. */
const SETTLED = `cd /var/spool/postfix
while [ -n "$(find maildrop incoming active -type f -print -quit)" ]; do sleep 1; done
sync`;

/** The command against Postfix's own, each over a connection of its own and on the same queue. Leaves no droplet behind. */
export async function measureLongQueue(
  runs: number,
  lab: Lab,
  subjects: Subjects,
  samples: LongQueue,
  say: (line: string) => void,
): Promise<void> {
  const stack = subjects.relay();
  await subjects.up(stack);
  const access = (await lab.engine.outputs(stack)).ssh!.value as SshAccess;
  const host: BareHost = { address: access.host, hostKey: access.hostKey.trim(), privateKey: access.privateKey };
  const relay = new MailRelayCommand(access);
  const keep = (kind: keyof LongQueue, what: string, ms: number) => {
    samples[kind].push(ms);
    say(`${what}: ${(ms / 1000).toFixed(1)} s`);
  };
  const ours = async (kind: keyof LongQueue, ...args: string[]) => {
    const started = performance.now();
    const { code, stderr } = await relay.run(...args);
    if (code !== 0) throw new Error(`mail-relay ${args.join(" ")}: ${stderr}`);
    keep(kind, `mail-relay ${args.join(" ")}`, performance.now() - started);
  };
  const theirs = async (kind: keyof LongQueue, command: string) =>
    keep(kind, command, await subjects.overSsh(host, command));

  try {
    await onHost(lab, "postconf -e defer_transports=smtp,relay; postfix reload");
    for (let run = 0; run < runs; run++) {
      say(`filling the queue with ${MESSAGES} messages`);
      await onHost(
        lab,
        `smtp-source -s 8 -l 5000 -m ${MESSAGES} -f alice@example.test -t later@receiver.test 127.0.0.1:25; ${SETTLED}`,
      );
      await alternately(
        run,
        () => ours("list", "queue"),
        () => theirs("postqueue", "postqueue -j >/dev/null"),
      );
      await alternately(
        run,
        async () => {
          await ours("delete", "delete", "--all", "--yes");
          await onHost(lab, SETTLED);
          await ours("undelete", "undelete", "--all", "--yes");
          await onHost(lab, SETTLED);
        },
        async () => {
          await theirs("requeueAll", "postsuper -r ALL");
          await onHost(lab, SETTLED);
        },
      );
      await theirs("deleteAll", "postsuper -d ALL");
    }
  } finally {
    relay.close();
    await subjects.destroy(stack);
  }
}
