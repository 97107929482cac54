import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import ipaddr from "ipaddr.js";
import type { Layout } from "../layout";
import { inGroup, killGroup, processesIn } from "../machine/cgroup";
import { run, signal } from "../run";
import type { DnsRecord } from "../types";

const TXT_CHUNK = /.{1,255}/gs;
const PREFERENCE = 10;

const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** One record as dnsmasq's configuration writes it; addresses are in its hosts file instead. */
export function recordLine({ name, type, value }: DnsRecord): string[] {
  switch (type) {
    case "A":
    case "AAAA":
      return [];
    case "MX":
      return [`mx-host=${name},${value},${PREFERENCE}`];
    case "TXT":
      return [`txt-record=${name},${(value.match(TXT_CHUNK) ?? [""]).map(quoted).join(",")}`];
    case "PTR":
      return [`ptr-record=${reverseName(name)},${value}`];
    case "CNAME":
      return [`cname=${name},${value}`];
    case "SRV": {
      const [priority, weight, port, target] = value.split(" ");
      return [`srv-host=${name},${target},${port},${priority},${weight}`];
    }
  }
}

/** The hosts file: an address resolves to the first name it has, and that is the droplet's own. */
export const hostsFile = (droplets: Record<string, string>, records: DnsRecord[]): string =>
  [
    ...Object.entries(droplets).map(([address, name]) => `${address} ${name}\n`),
    ...records.filter(({ type }) => type === "A" || type === "AAAA").map(({ name, value }) => `${value} ${name}\n`),
  ].join("");

/** An address's name in the reverse tree; a name that is already one stays as it is. */
function reverseName(name: string): string {
  if (!ipaddr.isValid(name)) return name;
  const address = ipaddr.parse(name);
  return address instanceof ipaddr.IPv6
    ? `${[...Buffer.from(address.toByteArray()).toString("hex")].reverse().join(".")}.ip6.arpa`
    : `${name.split(".").reverse().join(".")}.in-addr.arpa`;
}

/** The sandbox's resolver: its own records and the droplets' names; all else from this machine's resolvers. */
export class Dns {
  private readonly group: string;

  private droplets: Record<string, string> = {};
  private told: DnsRecord[] = [];
  private zones: DnsRecord[] = [];
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly layout: Layout,
    private readonly folder: string,
  ) {
    this.group = join(layout.group, "dns");
  }

  private get records(): DnsRecord[] {
    return [...this.told, ...this.zones];
  }

  /** Starts the server with exactly these records, or starts it anew, besides those of the cloud's domains. */
  async setRecords(records: DnsRecord[]): Promise<void> {
    this.told = records;
    await this.restart();
  }

  /** The records of the cloud's domains, for the running server too. */
  async setZones(records: DnsRecord[]): Promise<void> {
    if (isDeepStrictEqual(records, this.zones)) return;
    this.zones = records;
    await this.restart();
  }

  /** dnsmasq rereads addresses only. One start at a time, for there is one address to listen on. */
  private restart(): Promise<void> {
    const start = () => this.start();
    return (this.starting = this.starting.then(start, start));
  }

  private async start(): Promise<void> {
    await this.writeHosts();
    const file = join(this.folder, "dnsmasq.conf");
    await writeFile(file, this.configuration(), { mode: 0o600 });
    await killGroup(this.group);
    // It goes into the background by itself, once it answers.
    await run(await inGroup(this.group, ["dnsmasq", `--conf-file=${file}`]));
  }

  /** Address to name, for both directions. Droplets come and go often; this loses no query. */
  async setDroplets(droplets: Record<string, string>): Promise<void> {
    this.droplets = droplets;
    await this.writeHosts();
    for (const pid of await processesIn(this.group)) signal(pid, "SIGHUP");
  }

  private async writeHosts(): Promise<void> {
    await writeFile(join(this.folder, "hosts"), hostsFile(this.droplets, this.records), { mode: 0o600 });
  }

  private configuration(): string {
    const settings = [
      // The state folder is root's alone.
      "user=root",
      `pid-file=${join(this.folder, "dnsmasq.pid")}`,
      `listen-address=${this.layout.gateway}`,
      "bind-interfaces",
      "no-hosts",
      `addn-hosts=${join(this.folder, "hosts")}`,
      // Names that exist nowhere else (RFC 6761) and addresses that belong to nobody (RFC 5737, RFC 4193).
      ...[
        "test",
        "invalid",
        ...["2.0.192", "100.51.198", "113.0.203"].map((net) => `${net}.in-addr.arpa`),
        "d.f.ip6.arpa",
      ].map((zone) => `local=/${zone}/`),
    ];
    return [...settings, ...this.records.flatMap(recordLine)].map((line) => `${line}\n`).join("");
  }
}
