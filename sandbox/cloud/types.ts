/** The sandbox cloud as its users (the sandbox commands, scenario tests, the benchmark) see it. */

/** A Debian release whose Postfix stands in for an Ubuntu generation. */
export type Release = "bullseye" | "bookworm" | "trixie";

export interface CloudOptions {
  /** Names the instance: bridge, firewall tables and state folder are its own, so that several run side by side. */
  name: string;
  /** The bearer token the API accepts; every other request gets 401. */
  token: string;
  /** The release behind image slugs that name none (`ubuntu-24-04-x64`). Slugs `debian-11-x64`, `debian-12-x64` and `debian-13-x64` always mean their own. */
  release: Release;
  /** Called with progress lines (image build, boot) for a person to read. */
  onProgress?: (line: string) => void;
}

/** A running droplet, for tests that must look at it from the outside. */
export interface DropletView {
  id: number;
  name: string;
  status: "new" | "active" | "off" | "archive";
  address: string;
  /** Absent for a droplet without IPv6. */
  address6?: string;
  /** Root of the container's file system as seen from the sandbox host. */
  rootDir: string;
}

/** Ways the API can be told to misbehave. */
export interface Fault {
  /** Matched against all of `METHOD /v2/path`; `*` stands for any text. */
  match: string;
  /** Answer this status instead (with Retry-After for 429); absent: the droplet matched never becomes active. */
  status?: number;
  retryAfterSeconds?: number;
  /** How many matching requests it hits; default 1. */
  times?: number;
}

/** One name in the sandbox's DNS. */
export interface DnsRecord {
  name: string;
  type: "A" | "AAAA" | "MX" | "TXT" | "PTR" | "CNAME" | "SRV";
  /** For MX: the exchanger's name, preference 10. For SRV: priority, weight, port and target. */
  value: string;
}

/** An instance on this machine, for those who list or remove them. */
export interface CloudInfo {
  name: string;
  /** False: its daemon crashed, and what it left behind is still there. */
  running: boolean;
}

export interface Cloud {
  /** For `digitalocean:apiEndpoint`: http on loopback. */
  readonly apiEndpoint: string;
  /** The sandbox host's own address on the droplets' network: mail sinks listen here. */
  readonly gateway: string;
  /** Two further addresses of the sandbox host that clients bind to: the one is meant for `myNetworks`, the other is a stranger's. */
  readonly trustedClient: string;
  readonly strangerClient: string;
  /** The same three in IPv6; undefined where this machine has none. */
  readonly ipv6?: { gateway: string; trustedClient: string; strangerClient: string };
  droplets(): Promise<DropletView[]>;
  /** Runs a command as root inside a droplet without SSH, as its hypervisor could. */
  exec(dropletId: number, argv: string[], stdin?: string): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Reboots, or cuts the power of and starts, a droplet; resolves when its SSH port answers again. */
  reboot(dropletId: number, how?: "graceful" | "power"): Promise<void>;
  setFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  setDns(records: DnsRecord[]): Promise<void>;
  /** The API calls received so far, oldest first: `METHOD /v2/path STATUS`. */
  requests(): Promise<string[]>;
  /** Ends droplets, network, DNS and server; removes the instance's state. Keeps the base images. */
  close(): Promise<void>;
}
