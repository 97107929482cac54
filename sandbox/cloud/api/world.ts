import type { Layout } from "../layout";
import type { Guarded } from "../network/rules";
import type { DnsRecord, Release } from "../types";
import { addressesOf, guard, type Firewall } from "./guard";
import { invalid, notFound } from "./errors";
import { zoneOf } from "./zone";

export interface SshKey {
  id: number;
  name: string;
  fingerprint: string;
  public_key: string;
}

export interface Droplet {
  id: number;
  name: string;
  region: string;
  size: string;
  image: string;
  release: Release;
  address: string;
  /** Absent for a droplet without IPv6. */
  address6?: string;
  status: "new" | "active" | "off" | "archive";
  /** An operation is under way, and the API accepts no other. */
  locked: boolean;
  tags: string[];
  features: string[];
  userData: string;
  createdAt: string;
  vpcUuid: string;
}

export interface Domain {
  name: string;
  records: Map<number, Record<string, unknown>>;
}

export interface UptimeCheck {
  fields: Record<string, unknown>;
  alerts: Map<string, Record<string, unknown>>;
}

export interface MachineSpec {
  id: number;
  name: string;
  address: string;
  address6?: string;
  release: Release;
  userData: string;
  authorizedKeys: string[];
}

/** What runs the droplets; every call resolves when it is done. */
export interface Machines {
  /** Resolves when the new machine's SSH server listens. */
  create(spec: MachineSpec): Promise<void>;
  start(id: number): Promise<void>;
  stop(id: number, how: "graceful" | "power"): Promise<void>;
  reboot(id: number, how: "graceful" | "power"): Promise<void>;
  remove(id: number): Promise<void>;
}

/** What the network has to know of the cloud. */
export interface NetworkView {
  /** Address to name. */
  names: Record<string, string>;
  /** What the cloud's name servers answer for its domains. */
  records: DnsRecord[];
  guarded: Guarded[];
  reserved: Record<string, string>;
}

export interface Surroundings {
  layout: Layout;
  /** Whether droplets can have IPv6 addresses on this machine. */
  hasIpv6: boolean;
  release: Release;
  machines: Machines;
  applyNetwork: (view: NetworkView) => Promise<void>;
  log: (line: string) => void;
}

/** All the cloud holds, in memory; a sandbox does not outlive its daemon. */
export class World {
  readonly keys = new Map<number, SshKey>();
  readonly droplets = new Map<number, Droplet>();
  readonly firewalls = new Map<string, Firewall>();
  readonly tags = new Set<string>();
  readonly domains = new Map<string, Domain>();
  /** Reserved IP to the droplet it is assigned to. */
  readonly reservedIps = new Map<string, { region: string; dropletId?: number }>();
  readonly actions = new Map<number, Record<string, unknown>>();
  readonly projects = new Map<string, Record<string, unknown>>();
  readonly monitorAlerts = new Map<string, Record<string, unknown>>();
  readonly uptimeChecks = new Map<string, UptimeCheck>();
  /** URN of a droplet or reserved IP to the project it is in; the others are in the default one. */
  readonly projectOf = new Map<string, string>();

  private lastId = 1000;
  private readonly freeAddresses: string[];
  private readonly freeAddresses6: string[];
  private network: Promise<void> = Promise.resolve();

  constructor(readonly surroundings: Surroundings) {
    this.freeAddresses = [...surroundings.layout.pool];
    this.freeAddresses6 = [...surroundings.layout.ipv6.pool];
  }

  nextId(): number {
    return ++this.lastId;
  }

  droplet(id: unknown): Droplet {
    const droplet = this.droplets.get(Number(id));
    if (!droplet) throw notFound();
    return droplet;
  }

  takeAddress(): string {
    const address = this.freeAddresses.shift();
    if (!address) throw invalid("This sandbox has no address left; delete a droplet or a reserved IP.");
    return address;
  }

  /** There are as many as of IPv4, which every droplet has too. */
  takeAddress6(): string {
    if (!this.surroundings.hasIpv6) throw invalid("The machine this sandbox runs on has no IPv6; leave out ipv6.");
    return this.freeAddresses6.shift()!;
  }

  /** To the end of the queue, so that an address is not soon another machine's. */
  returnAddresses({ address, address6 }: Pick<Droplet, "address" | "address6">): void {
    this.freeAddresses.push(address);
    if (address6 !== undefined) this.freeAddresses6.push(address6);
  }

  /** Makes firewalls, names and reserved IPs follow what the cloud now holds; one change at a time. */
  networkChanged(): Promise<void> {
    const apply = () => this.surroundings.applyNetwork(this.networkView());
    return (this.network = this.network.then(apply, apply));
  }

  private networkView(): NetworkView {
    const droplets = [...this.droplets.values()];
    const assigned = [...this.reservedIps].flatMap(([ip, { dropletId }]) => {
      const droplet = dropletId === undefined ? undefined : this.droplets.get(dropletId);
      return droplet ? [[ip, droplet.address] as const] : [];
    });
    return {
      names: Object.fromEntries(
        droplets.flatMap((droplet) => addressesOf(droplet).map((address) => [address, droplet.name])),
      ),
      records: [...this.domains.values()].flatMap(zoneOf),
      guarded: guard(droplets, [...this.firewalls.values()]),
      reserved: Object.fromEntries(assigned),
    };
  }
}
