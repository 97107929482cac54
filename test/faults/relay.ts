import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StackSpec } from "../../sandbox/engine";
import type { RunOptions, RunResult } from "../../sandbox/engine/types";
import type { Lab } from "../../sandbox/lab";
import { programConfig, stackConfig, type ConfigChanges } from "../../sandbox/labConfig";
import { keyPair } from "../keys";
import { createServer, eventually, onHost, submit, untilDelivered } from "../scenario/support";

export const passwords = { alice: "alice keeps this one", printer: "and the printer that" };

/** Of every relay here, unless its test says otherwise. */
export const users = Object.entries(passwords).map(([login, password]) => ({ login, password }));

/** A server that somebody else made, and a stack of its own that makes it a relay. */
export class Relay {
  private constructor(
    readonly lab: Lab,
    readonly droplet: number,
    readonly address: string,
    readonly stack: StackSpec,
    private readonly host: ConfigChanges["host"],
  ) {
    this.configure({});
  }

  static async create(lab: Lab): Promise<Relay> {
    const key = keyPair();
    const { id, address } = await createServer(lab);
    const hostKey = (await onHost(lab, "cat /etc/ssh/ssh_host_ed25519_key.pub", id)).trim();
    await onHost(lab, `install -d -m 700 /root/.ssh; echo '${key.public}' >>/root/.ssh/authorized_keys`, id);
    const stack = { ...lab.stack, stateDir: join(lab.stack.stateDir, `relay-${id}`) };
    return new Relay(lab, id, address, stack, { address, hostKey, privateKey: key.private });
  }

  /** A second stack for the same server, which knows nothing of the first. */
  rival(): Relay {
    const stack = { ...this.stack, stateDir: `${this.stack.stateDir}-rival` };
    return new Relay(this.lab, this.droplet, this.address, stack, this.host);
  }

  /** The same two users everywhere, so that two relays can be compared byte for byte. */
  configure(changes: ConfigChanges): void {
    const { cloud, stack } = this.lab;
    const config = programConfig(cloud, { users, ...changes, droplet: null, host: this.host });
    this.stack.config = stackConfig(cloud, stack.config["digitalocean:token"]!.value, config);
  }

  /** Changes the configuration but not the users. */
  allow(network: string, changes: ConfigChanges = {}): void {
    this.configure({ myNetworks: [`${this.lab.cloud.trustedClient}/32`, network], ...changes });
  }

  up(options?: RunOptions): Promise<RunResult> {
    return this.lab.engine.up(this.stack, options);
  }

  /** As if the stack's state had been lost: the next `up` runs every step again. */
  async loseState(): Promise<void> {
    await rm(this.stack.stateDir, { recursive: true, force: true });
    await mkdir(this.stack.stateDir, { recursive: true, mode: 0o700 });
  }

  /** Runs a shell script on the server without SSH. */
  run(script: string): Promise<string> {
    return onHost(this.lab, script, this.droplet);
  }

  async write(path: string, text: string): Promise<void> {
    const { code, stderr } = await this.lab.cloud.exec(this.droplet, ["dd", "status=none", `of=${path}`], text);
    if (code !== 0) throw new Error(`${path} was not written: ${stderr}`);
  }

  /** A login works, and what it sends arrives. */
  async expectServes(subject: string, password = passwords.alice): Promise<void> {
    await eventually(() => submit(this.lab, "alice", password, subject, { address: this.address }));
    await untilDelivered(this.lab, subject);
  }

  /** The value that is live; every file that is live comes from one and the same generation. */
  async liveNetworks(): Promise<string> {
    const mixed = await this.run(
      `cd /etc/postfix; [ -L generations/current ] || exit 0
      find . -maxdepth 2 -lname '*generations/*' ! -path './generations/*' ! -lname '/etc/postfix/generations/current/*'`,
    );
    expect(mixed).toBe("");
    return (await this.run("postconf -h mynetworks")).trim();
  }

  /** What a deploy made only for itself and did not take away. */
  leftBehind(): Promise<string> {
    return this.run(
      "find /run /var/lib/mail-relay /etc/postfix/generations -maxdepth 1 \\( -name 'mail-relay.*' -o -name trial -o -name '*.new' -o -name '*.before-swap' \\)",
    );
  }

  /** Resolves when no step is at work on the server, also none that lost its connection. */
  async untilIdle(): Promise<void> {
    await eventually(() => this.run("! pgrep -f '^bash ./(install|users|apply|proof).sh' >/dev/null"), 240);
  }
}
