import type { NetworkSeen } from "../surroundings";
import { fault, warning, type Check } from "./finding";

const RULES =
  "`nft -a list ruleset` shows it with its number; remove it with `nft delete rule`, and where it is loaded from";

/** What stands between the relay and its clients on the host itself. */
export const network: Check<NetworkSeen>[] = [
  ({ firewall }) =>
    firewall.map(({ kind, port, rule }) =>
      kind === "drops"
        ? fault("firewall-drops", `the host's firewall keeps all clients from port ${port} (${rule})`, RULES)
        : warning("firewall-redirects", `the host's firewall sends port ${port} elsewhere (${rule})`, RULES),
    ),
  ({ strangers }) =>
    strangers.map(({ port, program }) =>
      warning(
        "port-unknown",
        `${program} listens on port ${port}, which no deploy has opened`,
        `ss -ltnp 'sport = :${port}' shows the process; stop it, or let it listen on 127.0.0.1 only`,
      ),
    ),
  ({ metadataOpen }) =>
    metadataOpen
      ? [
          fault(
            "metadata-open",
            "every process can read the droplet's user data at 169.254.169.254, and with it the SSH host key",
            "systemctl restart mail-relay-metadata",
          ),
        ]
      : [],
  ({ kernel }) =>
    kernel.map(({ name, value }) =>
      warning(
        "kernel-setting",
        `${name} is ${value}: too little for a relay`,
        `remove it from /etc/sysctl.d; restart the host or set it with sysctl -w ${name}=...`,
      ),
    ),
];
