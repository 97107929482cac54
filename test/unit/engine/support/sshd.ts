/** A real OpenSSH server on a loopback port, with keys and settings of its own. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";

const SSHD = "/usr/sbin/sshd";

function generateKey(file: string, type: string): void {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "", "-f", file]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Sshd {
  readonly host = "127.0.0.1";
  log = "";
  private process: ChildProcess | undefined;

  private constructor(
    private readonly dir: string,
    readonly port: number,
  ) {}

  /** Prepares a server; `listen` starts it. */
  static async prepare(): Promise<Sshd> {
    if (!existsSync(SSHD)) {
      throw new Error("these tests need Debian's openssh-server package");
    }
    // Where sshd locks its unprivileged part in; the package's service would make it.
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const sshd = new Sshd(mkdtempSync("/tmp/eng-sshd-"), await freePort());
    ["host_ed25519", "client"].forEach((name) => generateKey(sshd.file(name), "ed25519"));
    generateKey(sshd.file("host_rsa"), "rsa");
    writeFileSync(sshd.file("authorized_keys"), readFileSync(sshd.file("client.pub")));
    const settings = [
      `ListenAddress ${sshd.host}`,
      `Port ${sshd.port}`,
      `HostKey ${sshd.file("host_ed25519")}`,
      `HostKey ${sshd.file("host_rsa")}`,
      `AuthorizedKeysFile ${sshd.file("authorized_keys")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "AcceptEnv LANG PULUMI_COMMAND_STDOUT",
    ];
    writeFileSync(sshd.file("config"), `${settings.join("\n")}\n`);
    return sshd;
  }

  listen(): void {
    this.process = spawn(SSHD, ["-D", "-e", "-f", this.file("config")], { stdio: ["ignore", "ignore", "pipe"] });
    this.process.stderr?.on("data", (text: Buffer) => (this.log += text.toString()));
  }

  /** How often somebody has logged in. */
  get logins(): number {
    return (this.log.match(/Accepted publickey/g) ?? []).length;
  }

  get privateKey(): string {
    return readFileSync(this.file("client"), "utf8");
  }

  hostKey(type: "ed25519" | "rsa" = "ed25519"): string {
    return readFileSync(this.file(`host_${type}.pub`), "utf8").trim();
  }

  /** A path in the server's own folder. */
  file(name: string): string {
    return path.join(this.dir, name);
  }

  async close(): Promise<void> {
    if (this.process !== undefined && this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process?.once("exit", resolve));
      this.process.kill();
      await ended;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
