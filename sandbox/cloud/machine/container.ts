import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, commandEnvironment, type Finished } from "../run";
import { inGroup, killGroup, removeGroup } from "./cgroup";

interface ContainerSpec {
  /** Names the machine and its virtual cable; at most 11 characters. */
  machine: string;
  hostname: string;
  rootDir: string;
  bridge: string;
  group: string;
  consoleFile: string;
}

const POLL_MS = 50;
const BOOT_LIMIT_MS = 180_000;
const SHUTDOWN_LIMIT_MS = 90_000;
/** With --keep-unit, systemd-nspawn leaves the restart that a reboot asks for to whoever started it. */
const REBOOT_EXIT_CODE = 133;
/** The real-time signal SIGRTMIN+5, which asks systemd for an orderly reboot. */
const SIGNAL_REBOOT = 39;
const SSH_LISTENS = /:0016 [0-9A-F]+:0000 0A /;

/** A systemd-nspawn container that behaves like a machine: boots, reboots, is switched off, loses power. */
export class Container {
  private process?: ChildProcess;
  private exit: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly spec: ContainerSpec,
    /** Called when the machine has switched itself off. */
    private readonly onOff: () => void = () => undefined,
  ) {}

  get isOn(): boolean {
    return this.process !== undefined;
  }

  /** Starts the machine and resolves when its SSH server listens. */
  async start(): Promise<void> {
    if (!this.isOn) await this.boot();
    await this.untilSshListens();
  }

  async stop(how: "graceful" | "power"): Promise<void> {
    if (how === "graceful" && this.process) {
      this.process.kill("SIGTERM");
      await Promise.race([this.exit, sleep(SHUTDOWN_LIMIT_MS, undefined, { ref: false })]);
    }
    // Again for a machine that is just entering its group, or that was rebooting by itself.
    do {
      await killGroup(this.spec.group);
      await Promise.race([this.exit, sleep(POLL_MS)]);
    } while (this.isOn);
    await removeGroup(this.spec.group);
  }

  /** Reboots the machine and resolves when its SSH server listens again. */
  async reboot(how: "graceful" | "power"): Promise<void> {
    const leader = await this.leader();
    if (how === "graceful" && leader) {
      const { exit } = this;
      process.kill(leader, SIGNAL_REBOOT);
      await Promise.race([exit, sleep(SHUTDOWN_LIMIT_MS, undefined, { ref: false })]);
      if (this.exit !== exit) return this.untilSshListens();
    }
    await this.stop("power");
    await this.start();
  }

  /** Runs a command in the machine, without using its network. */
  async exec(argv: string[], stdin?: string): Promise<Finished> {
    const leader = await this.leader();
    if (!leader) throw new Error(`${this.spec.hostname} is not running`);
    const enter = ["nsenter", "-t", String(leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w", "--"];
    return attempt([...enter, ...argv], { stdin });
  }

  private async boot(): Promise<void> {
    const { machine, hostname, rootDir, bridge, group, consoleFile } = this.spec;
    const nspawn = ["systemd-nspawn", "--quiet", "--boot", `--directory=${rootDir}`, `--machine=${machine}`];
    const surroundings = ["--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--console=pipe"];
    const identity = [`--hostname=${hostname}`, `--network-bridge=${bridge}`];
    const [program = "", ...args] = await inGroup(group, [...nspawn, ...surroundings, ...identity]);
    const console = openSync(consoleFile, "a", 0o600);
    try {
      const child = spawn(program, args, {
        // The legacy hierarchy is refused by new releases; the unified one works for all of them on any host.
        env: commandEnvironment({ SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" }),
        stdio: ["ignore", console, console],
        detached: true,
      });
      this.process = child;
      this.exit = new Promise<void>((resolve) => {
        child.on("error", () => resolve(this.ended(undefined)));
        child.on("exit", (code) => resolve(this.ended(code ?? undefined)));
      });
    } finally {
      closeSync(console);
    }
  }

  private async ended(code: number | undefined): Promise<void> {
    this.process = undefined;
    if (code === REBOOT_EXIT_CODE) await this.boot();
    else this.onOff();
  }

  /** The machine's first process, as seen from the host. */
  private async leader(): Promise<number | undefined> {
    const nspawn = this.process?.pid;
    if (!nspawn) return undefined;
    const children = await readFile(`/proc/${nspawn}/task/${nspawn}/children`, "utf8").catch(() => "");
    for (const pid of children.split(" ").filter(Boolean)) {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      if (/^NSpid:.*\t1$/m.test(status)) return Number(pid);
    }
    return undefined;
  }

  private async untilSshListens(): Promise<void> {
    const deadline = Date.now() + BOOT_LIMIT_MS;
    while (Date.now() < deadline) {
      if (!this.isOn) throw new Error(`${this.spec.hostname} went off while it booted: ${await this.consoleTail()}`);
      const leader = await this.leader();
      // Looked up rather than tried out: a firewall may forbid the connection.
      for (const table of leader ? ["tcp", "tcp6"] : []) {
        const sockets = await readFile(join("/proc", String(leader), "net", table), "utf8").catch(() => "");
        if (SSH_LISTENS.test(sockets)) return;
      }
      await sleep(POLL_MS);
    }
    throw new Error(`${this.spec.hostname} has no SSH server ${BOOT_LIMIT_MS / 1000} s after its boot`);
  }

  private async consoleTail(): Promise<string> {
    const text = await readFile(this.spec.consoleFile, "utf8").catch(() => "");
    return text.trim().split("\n").slice(-3).join(" / ");
  }
}
