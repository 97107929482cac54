import { setTimeout as sleep } from "node:timers/promises";
import type { Relay } from "../faults/relay";

export interface Disaster {
  name: string;
  /** Between a next hop's acknowledgement and the queue's record of it: the message then comes twice (RFC 5321 4.5.4.1). */
  repeats?: true;
  /** Resolves when it is over; what it took away works again, or comes back without help. */
  strike(): Promise<unknown>;
}

/** How long what is taken away stays away. */
const AWAY_MS = 6_000;

const daemons = ["smtpd", "cleanup", "trivial-rewrite", "tlsmgr", "pickup", "bounce", "proxymap"];
const services = ["signer", "header-from", "login-limit", "saslauthd"];
const queue = "/var/spool/postfix";

/** Before Postfix is installed: gives its queue a disk of its own, which can be filled. */
export const giveQueueItsDisk = (relay: Relay) =>
  relay.run(`mkdir -p ${queue}; mount -t tmpfs -o size=128m,mode=755 tmpfs ${queue}`);

/** What is to be killed may be dead already, by another disaster. */
const orDead = (command: string) => `${command} || true`;

/** Everything that happens to servers, each kind once, those that a deploy must get along with between the others. */
export function disasters(relay: Relay, nextHop: { open: boolean }): Disaster[] {
  const onHost = (name: string, script: string): Disaster => ({ name, strike: () => relay.run(script) });
  const killed = (name: string) => onHost(`kill of ${name}`, orDead(`pkill -9 -x ${name}`));
  const repeating = (disaster: Disaster): Disaster => ({ ...disaster, repeats: true });
  const away = (name: string, take: () => Promise<unknown>, giveBack: () => Promise<unknown>): Disaster => ({
    name,
    strike: async () => {
      try {
        await take();
        await sleep(AWAY_MS);
      } finally {
        await giveBack();
      }
    },
  });
  const dropping = (chain: string, rule: string) =>
    `nft add table inet siege
    nft add chain inet siege cut '{ type filter hook ${chain} priority -10; }'
    nft add rule inet siege cut '${rule}' drop`;
  const network = (name: string, rules: string) =>
    away(
      name,
      () => relay.run(rules),
      () => relay.run("nft delete table inet siege"),
    );
  return [
    repeating(onHost("kill of Postfix's master", orDead(`kill -9 "$(cat ${queue}/pid/master.pid)"`))),
    repeating(
      away(
        "full disk",
        () => relay.run(`! cat /dev/zero >${queue}/ballast 2>/dev/null`),
        () => relay.run(`rm -f ${queue}/ballast`),
      ),
    ),
    ...services.map((name) => onHost(`kill of ${name}`, orDead(`systemctl kill --signal=KILL mail-relay-${name}`))),
    network("network cut towards clients", dropping("input", "tcp dport { 25, 465, 587 }")),
    ...["smtp", "qmgr"].map((name) => repeating(killed(name))),
    ...daemons.map(killed),
    repeating(network("network cut towards next hops", dropping("output", "tcp dport 25"))),
    repeating(
      onHost(
        "Postfix installed again, as an upgrade does",
        // Where another disaster breaks it off, the next deploy ends it.
        "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 install --reinstall postfix 2>&1 || true",
      ),
    ),
    away(
      "next hop that defers",
      () => Promise.resolve((nextHop.open = false)),
      () => Promise.resolve((nextHop.open = true)),
    ),
    repeating(
      onHost(
        "kill of all of Postfix",
        orDead("pkill -9 -f '^/usr/lib/postfix/sbin/|^(smtpd|cleanup|qmgr|smtp|tlsmgr) '"),
      ),
    ),
  ];
}
