import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SshAccess } from "../../components";
import { MAIL_RELAY } from "../compiled";

interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as somebody runs it who has the relay's access in files. */
export class MailRelayCommand {
  private readonly folder = mkdtempSync(join(tmpdir(), "mail-relay-cli-"));

  constructor(private readonly access: SshAccess) {}

  /** The options that name the relay, or one that differs from it. */
  target(changes: Partial<SshAccess> = {}): string[] {
    const { host, port, user, privateKey, hostKey } = { ...this.access, ...changes };
    const identity = join(this.folder, `identity-${Buffer.from(privateKey).toString("hex").slice(-12)}`);
    writeFileSync(identity, privateKey, { mode: 0o600 });
    return ["--host", host, "--port", String(port), "--user", user, "--identity", identity, "--host-key", hostKey];
  }

  start(args: string[]): ChildProcess {
    return spawn(process.execPath, [MAIL_RELAY, ...args], { stdio: ["ignore", "pipe", "pipe"], cwd: this.folder });
  }

  /** Runs to its end, where nobody can be asked. */
  async run(...args: string[]): Promise<Said> {
    return ended(
      this.start(args.includes("--host") || args.includes("--sandbox") ? args : [...this.target(), ...args]),
    );
  }

  /** Runs to its end, and gives back what it printed as JSON. */
  async json<Result>(...args: string[]): Promise<Result> {
    const { code, stdout, stderr } = await this.run(...args, "--json");
    if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Result;
  }

  /** Runs on a terminal, on which somebody types an answer. */
  async onTerminal(answer: string, ...args: string[]): Promise<Said> {
    const words = [process.execPath, MAIL_RELAY, ...this.target(), ...args];
    const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    const child = spawn("script", ["-qefc", line, "/dev/null"], { stdio: ["pipe", "pipe", "pipe"], cwd: this.folder });
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const asked = seen.includes("[y/N]");
      seen += chunk.toString();
      if (!asked && seen.includes("[y/N]")) child.stdin.write(`${answer}\n`);
    });
    return ended(child);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** How a started command ends, with all it has printed. */
export async function ended(child: ChildProcess): Promise<Said> {
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { code: await code, stdout, stderr };
}
