/** How many sandboxes fit side by side into the three documentation networks. */
export const INSTANCES = 8;

const FIRST_HOST = 2;
const LAST_HOST = 30;

/** The same in IPv6, for droplets that ask for it: a unique local network (RFC 4193), which no other machine has. */
interface Layout6 {
  prefixLength: number;
  gateway: string;
  pool: string[];
  trustedClient: string;
  strangerClient: string;
}

/** Everything that follows from an instance's number alone. All that it leaves in the kernel is named after it. */
export interface Layout {
  index: number;
  bridge: string;
  /** Also the name of the control group that holds all processes of the instance. */
  group: string;
  table: string;
  /** The droplets' network, with the gateway on its first address. */
  network: string;
  prefixLength: number;
  gateway: string;
  /** Addresses for droplets and reserved IPs. */
  pool: string[];
  trustedClient: string;
  strangerClient: string;
  ipv6: Layout6;
}

/** The addresses and names of the instance with that number: blocks of 32 droplets in TEST-NET-2, clients in 1 and 3. */
export function layoutOf(index: number): Layout {
  if (!Number.isInteger(index) || index < 0 || index >= INSTANCES) {
    throw new RangeError(`instance ${index} is not one of 0 to ${INSTANCES - 1}`);
  }
  const base = 32 * index;
  const address = (host: number) => `198.51.100.${base + host}`;
  const name = `mrs${index}`;
  return {
    index,
    bridge: name,
    group: `mail-relay-sandbox-${name}`,
    table: name,
    network: `${address(0)}/27`,
    prefixLength: 27,
    gateway: address(1),
    pool: Array.from({ length: LAST_HOST - FIRST_HOST + 1 }, (_, offset) => address(FIRST_HOST + offset)),
    trustedClient: `192.0.2.${16 * index + 9}`,
    strangerClient: `203.0.113.${16 * index + 9}`,
    ipv6: layout6(index),
  };
}

/** A /48 of the instance's own: droplets, the trusted client and the stranger are in a /64 each. */
function layout6(index: number): Layout6 {
  const address = (subnet: number, host: number) => `fd6d:7273:${index}:${subnet}::${host.toString(16)}`;
  return {
    prefixLength: 64,
    gateway: address(1, 1),
    pool: Array.from({ length: LAST_HOST - FIRST_HOST + 1 }, (_, offset) => address(1, FIRST_HOST + offset)),
    trustedClient: address(2, 9),
    strangerClient: address(3, 9),
  };
}

/** The sandbox host's own addresses of one IP version on the bridge. */
export const hostAddresses = ({ gateway, trustedClient, strangerClient }: Layout | Layout6): string[] => [
  gateway,
  trustedClient,
  strangerClient,
];
