import { join } from "node:path";
import type { Machines, MachineSpec } from "../api/world";
import type { Layout } from "../layout";
import type { Finished } from "../run";
import type { Release } from "../types";
import { Container } from "./container";
import { createDisk, diskIn, removeDisk } from "./disk";
import { writeSeed } from "./seed";

interface Machine {
  container: Container;
  created: Promise<void>;
  removed: boolean;
}

interface HypervisorOptions {
  layout: Layout;
  /** Each droplet's disk gets a folder of its own in here. */
  folder: string;
  imageFor: (release: Release) => Promise<string>;
  /** Called when a machine has switched itself off. */
  onOff: (id: number) => void;
}

/** Runs droplets as containers on this machine. */
export class Hypervisor implements Machines {
  private readonly machines = new Map<number, Machine>();

  constructor(private readonly options: HypervisorOptions) {}

  rootDir(id: number): string {
    return diskIn(this.folderOf(id)).rootDir;
  }

  create(spec: MachineSpec): Promise<void> {
    const { layout, onOff } = this.options;
    const container = new Container(
      {
        machine: `${layout.bridge}-${spec.id}`,
        hostname: spec.name,
        rootDir: this.rootDir(spec.id),
        bridge: layout.bridge,
        group: join(layout.group, String(spec.id)),
        consoleFile: join(this.folderOf(spec.id), "console.log"),
      },
      () => onOff(spec.id),
    );
    const machine: Machine = { container, removed: false, created: Promise.resolve() };
    this.machines.set(spec.id, machine);
    return (machine.created = this.bringUp(spec, machine));
  }

  start(id: number): Promise<void> {
    return this.container(id).start();
  }

  stop(id: number, how: "graceful" | "power"): Promise<void> {
    return this.container(id).stop(how);
  }

  reboot(id: number, how: "graceful" | "power"): Promise<void> {
    return this.container(id).reboot(how);
  }

  async remove(id: number): Promise<void> {
    const machine = this.machines.get(id);
    if (!machine) return;
    machine.removed = true;
    // A machine in the middle of its creation fails to boot, or has booted and is stopped then.
    await machine.container.stop("power");
    await machine.created.catch(() => undefined);
    await machine.container.stop("power");
    await removeDisk(diskIn(this.folderOf(id)));
    this.machines.delete(id);
  }

  /** Removes all machines, those included that are just being created. */
  async close(): Promise<void> {
    await Promise.all([...this.machines.keys()].map((id) => this.remove(id)));
  }

  exec(id: number, argv: string[], stdin?: string): Promise<Finished> {
    return this.container(id).exec(argv, stdin);
  }

  private async bringUp(spec: MachineSpec, machine: Machine): Promise<void> {
    const image = await this.options.imageFor(spec.release);
    if (machine.removed) return;
    const disk = await createDisk(this.folderOf(spec.id), image);
    const { gateway, ipv6 } = this.options.layout;
    await writeSeed(disk.rootDir, {
      ...spec,
      gateway,
      ipv6: spec.address6 === undefined ? undefined : { address: spec.address6, gateway: ipv6.gateway },
    });
    if (machine.removed) return;
    await machine.container.start();
  }

  private container(id: number): Container {
    const machine = this.machines.get(id);
    if (!machine) throw new Error(`there is no droplet ${id}`);
    return machine.container;
  }

  private folderOf(id: number): string {
    return join(this.options.folder, String(id));
  }
}
