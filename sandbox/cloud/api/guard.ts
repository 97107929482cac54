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
  tags: string[];
}

/** What each droplet with at least one firewall may receive and send: all that any of its firewalls permits. */
export function guard(droplets: Protected[], firewalls: Firewall[]): Guarded[] {
  return droplets.flatMap(({ id, address, tags }) => {
    const own = firewalls.filter(
      (firewall) => firewall.dropletIds.includes(id) || firewall.tags.some((tag) => tags.includes(tag)),
    );
    if (own.length === 0) return [];
    const permissions = (rules: Rule[]) => rules.map((rule) => permission(rule, droplets));
    return [
      {
        id,
        address,
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
  // The sandbox's network is IPv4 only.
  const addresses = peers.addresses.filter((address) => !address.includes(":"));
  return {
    protocol,
    ports: ports === "0" ? undefined : ports,
    peers: [...addresses, ...named.map(({ address }) => address)],
  };
}
