import { listenerProcesses } from "../../settings/listenerProcesses";
import { listeners, takesLogins } from "../../settings/listeners";
import type { BanSettings, RelaySettings } from "../../settings/settings";
import { accepted, exemptNetworks } from "../exempt";
import { library } from "../library";
import type { Service } from "../service";
import { loginMatch } from "../smtpdJournal";
import { textOf, type Value } from "../template";
import { unit } from "../unit";

const folder = "/usr/local/lib/mail-relay-room";
const etc = "/etc/mail-relay-room";
const unitName = "mail-relay-room.service";

/**
 * Room for logins, however many strangers come: a quarter of each port's connections is for those who have sent mail as
 * a login lately, and for the relay's own questions.
 */
export const room: Service = {
  of(settings) {
    const { ban } = settings.limits;
    if (!ban || !takesLogins(settings)) return undefined;
    return {
      name: "room",
      unit: unitName,
      packages: ["nftables", "python3-systemd"],
      files: [
        { path: `${folder}/room.py`, body: textOf(__dirname, "room.py"), mode: 0o644 },
        ...library(folder, "logline"),
        { path: `${etc}/room.json`, body: JSON.stringify(configuration(settings)) + "\n", mode: 0o644 },
        { path: `${etc}/room.nft`, body: textOf(__dirname, "room.nft", table(settings, ban)), mode: 0o644 },
        unit(__dirname, unitName),
      ],
      check: `nft -c -f ${etc}/room.nft`,
    };
  },
};

/** How many connections of a port strangers may hold together, also where the port itself has no limit that is known here. */
function strangersShare(settings: RelaySettings): number {
  return Math.max(1, Math.floor(((listenerProcesses(settings) || 100) * 3) / 4));
}

function configuration(settings: RelaySettings): object {
  const shares = listeners(settings).map(({ port }) => [port, strangersShare(settings)]);
  return {
    shares: Object.fromEntries(shares) as object,
    exempt: exemptNetworks(settings),
    match: loginMatch(settings).split(" "),
  };
}

function table(settings: RelaySettings, ban: BanSettings): Record<string, Value> {
  const ports = listeners(settings).map(({ port }) => port);
  const share = strangersShare(settings);
  return {
    ports: ports.join(", "),
    exempt: accepted(exemptNetworks(settings)),
    shares: ports.map((port) => `tcp dport ${port} ct count over ${share} drop`),
    ...guesses(settings, ban),
  };
}

/**
 * What a stranger may open at a time and later, so that few guesses pass before the ban takes force: each connection is
 * good for two at once and one a second after that.
 */
function guesses(settings: RelaySettings, { failures }: BanSettings): { sets: string[]; guesses: string[] } {
  const logins = listeners(settings).flatMap(({ auth, port }) => (auth ? [port] : []));
  const burst = Math.ceil(failures / 2);
  const set = (name: string, type: string) =>
    `set ${name} { type ${type}; flags dynamic, timeout; timeout 1m; size 65536; }`;
  const rule = (name: string, by: string) =>
    `tcp dport { ${logins.join(", ")} } update @${name} { ${by} limit rate over 1/second burst ${burst} packets } drop`;
  return {
    sets: [set("fresh", "ipv4_addr"), set("fresh6", "ipv6_addr")],
    guesses: [rule("fresh", "ip saddr"), rule("fresh6", "ip6 saddr & ffff:ffff:ffff:ffff::")],
  };
}
