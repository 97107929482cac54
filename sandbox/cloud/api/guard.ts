import type { Guarded, Permission } from "../network/rules";

/** The other side of a firewall rule, as the API writes it. */
export interface Peers {
  addresses: string[];
  droplet_ids: number[];
  tags: string[];
}

export interface Rule {
  protocol: Permission["protocol"];
  /** `22`, `8000-9000`, or `0` for all. */
  ports: string;
  peers: Peers;
}

export interface Firewall {
  id: string;
  name: string;
  createdAt: string;
  dropletIds: number[];
  tags: string[];
  inbound: Rule[];
  outbound: Rule[];
}

interface Protected {
  id: number;
  address: string;
  address6?: string;
  tags: string[];
}

/** What each droplet with at least one firewall may receive and send: all that any of its firewalls permits. */
export function guard(droplets: Protected[], firewalls: Firewall[]): Guarded[] {
  return droplets.flatMap(({ id, address, address6, tags }) => {
    const own = firewalls.filter(
      (firewall) => firewall.dropletIds.includes(id) || firewall.tags.some((tag) => tags.includes(tag)),
    );
    if (own.length === 0) return [];
    const permissions = (rules: Rule[]) => rules.map((rule) => permission(rule, droplets));
    return [
      {
        id,
        address,
        address6,
        inbound: permissions(own.flatMap(({ inbound }) => inbound)),
        outbound: permissions(own.flatMap(({ outbound }) => outbound)),
      },
    ];
  });
}

function permission({ protocol, ports, peers }: Rule, droplets: Protected[]): Permission {
  const named = droplets.filter(
    ({ id, tags }) => peers.droplet_ids.includes(id) || tags.some((tag) => peers.tags.includes(tag)),
  );
  return {
    protocol,
    ports: ports === "0" ? undefined : ports,
    peers: [...peers.addresses, ...named.flatMap(addressesOf)],
  };
}

/** All that a droplet is reached by. */
export const addressesOf = ({ address, address6 }: { address: string; address6?: string }): string[] =>
  address6 === undefined ? [address] : [address, address6];
