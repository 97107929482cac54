import { join } from "node:path";
import type { StackSpec } from "../../sandbox/engine";
import { dial } from "../../sandbox/engine/providers/command/connection";
import { runScript } from "../../sandbox/engine/providers/command/session";
import type { Lab } from "../../sandbox/lab";
import type { ConfigChanges } from "../../sandbox/labConfig";
import { packageNames } from "../../components/render/packages";
import { onHost } from "../scenario/support";
import { fullParts } from "../unit/components/fixtures";

/** The packages that a relay is made of. */
const FOUR = ["postfix", "libsasl2-2", "sasl2-bin", "libsasl2-modules"];
/** Those that this one installs. */
const OURS = packageNames(fullParts());

/** What a person would type on a fresh server. */
const aptGet = (packages: string[]) =>
  `export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install -y ${packages.join(" ")}`;

/** A booted server without anything of ours on it, and a key that opens it. */
export interface BareHost {
  address: string;
  hostKey: string;
  privateKey: string;
}

/** Everything that is measured happens in one lab, with at most one droplet at a time. */
export class Subjects {
  private stacks = 0;

  constructor(
    private readonly lab: Lab,
    private readonly signal: AbortSignal,
  ) {}

  /** A stack of the program in this folder beside us that nothing has been done with yet. */
  program(name: "empty" | "droplet" | "resources"): StackSpec {
    return { ...this.newStack(), workDir: join(__dirname, "programs", name) };
  }

  /** A stack of the relay that nothing has been done with yet. */
  relay(changes: ConfigChanges = {}): StackSpec {
    this.lab.configure(changes);
    return this.newStack();
  }

  async up(stack: StackSpec) {
    const result = await this.timed(() => this.lab.engine.up(stack, { signal: this.signal }));
    return { ...result.value, durationMs: result.durationMs };
  }

  async destroy(stack: StackSpec): Promise<void> {
    await this.lab.engine.destroy(stack, { signal: this.signal });
  }

  /** The bare droplet of a stack, once it has nothing more to do. */
  async bareHost(stack: StackSpec): Promise<BareHost> {
    await onHost(this.lab, "cloud-init status --wait >/dev/null; systemctl is-system-running --wait >/dev/null");
    const [type, key] = (await onHost(this.lab, "cat /etc/ssh/ssh_host_ed25519_key.pub")).split(" ");
    const { address, privateKey } = await this.lab.engine.outputs(stack);
    return {
      address: address!.value as string,
      hostKey: `${type} ${key}`,
      privateKey: privateKey!.value as string,
    };
  }

  /** Installs the packages over one SSH session, as bare as can be; how long that took. */
  aptGet(host: BareHost, which: "four" | "ours"): Promise<number> {
    return this.overSsh(host, aptGet(which === "four" ? FOUR : OURS));
  }

  /** Runs a command over one SSH session; how long that took, dialling included. */
  async overSsh(host: BareHost, command: string): Promise<number> {
    const script = { command, stdin: undefined, environment: {}, optionalEnvironment: {} };
    const { durationMs } = await this.timed(async () => {
      const { address, ...keys } = host;
      const connection = { ...keys, host: address, user: "root", port: 22, dialErrorLimit: 0, perDialTimeout: 15 };
      const client = await dial(connection, this.signal);
      const log = () => undefined;
      const end = () => client.destroy();
      this.signal.addEventListener("abort", end, { once: true });
      await runScript(
        client,
        { ...script, logStdout: false, logStderr: false },
        { name: "", signal: this.signal, log },
      ).finally(() => {
        this.signal.removeEventListener("abort", end);
        client.end();
      });
    });
    return durationMs;
  }

  private newStack(): StackSpec {
    this.stacks += 1;
    return { ...this.lab.stack, stateDir: join(this.lab.stack.stateDir, String(this.stacks)) };
  }

  private async timed<T>(action: () => Promise<T>): Promise<{ value: T; durationMs: number }> {
    const started = performance.now();
    const value = await action();
    return { value, durationMs: performance.now() - started };
  }
}
