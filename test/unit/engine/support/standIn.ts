/** A stand-in for the Pulumi CLI: an executable that writes down how it is called, and does what a plan says. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** How the CLI was called once. */
export interface Call {
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** The stack's settings and the project file as they were then. */
  settings: string;
  project: string;
}

/** What a command of the CLI does, by its first words. */
export type Plan = Record<string, { stdout?: string; stderr?: string; code?: number; events?: object[] }>;

const SCRIPT = `#!/usr/bin/env node
const fs = require("fs");
const args = process.argv.slice(2);
const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("PULUMI_")));
const call = { args, cwd: process.cwd(), env, settings: read("Pulumi.sandbox.yaml"), project: read("Pulumi.yaml") };
fs.appendFileSync(__dirname + "/calls", JSON.stringify(call) + "\\n");
const plan = JSON.parse(read(__dirname + "/plan"));
const key = Object.keys(plan).find((words) => args.join(" ").startsWith(words));
const { stdout = "", stderr = "", code = 0, events = [] } = plan[key] ?? {};
const log = args[args.indexOf("--event-log") + 1];
if (args.includes("--event-log")) events.forEach((event) => fs.appendFileSync(log, JSON.stringify(event) + "\\n"));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
`;

/** The last version that writes its events to a file. */
const VERSION = { version: { stdout: "v3.205.0\n" } };

export class StandIn {
  readonly dir = mkdtempSync(path.join(tmpdir(), "eng-cli-"));
  private readonly bin = path.join(this.dir, "bin");
  private readonly path = process.env.PATH;

  constructor() {
    mkdirSync(this.bin);
    writeFileSync(path.join(this.bin, "pulumi"), SCRIPT);
    chmodSync(path.join(this.bin, "pulumi"), 0o755);
    this.plan({});
    process.env.PATH = `${this.bin}:${this.path}`;
  }

  plan(plan: Plan): void {
    const outputs = { "stack output": { stdout: "{}" }, "stack history": { stdout: "[]" } };
    writeFileSync(path.join(this.bin, "plan"), JSON.stringify({ ...VERSION, ...plan, ...outputs }));
  }

  /** The calls whose arguments begin with these words. */
  calls(words: string): Call[] {
    const file = path.join(this.bin, "calls");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    return lines.map((line) => JSON.parse(line) as Call).filter(({ args }) => args.join(" ").startsWith(words));
  }

  /** A project with a program, whose keys `myNetworks` and `users` are declared to be lists. */
  project(): string {
    const dir = path.join(this.dir, "checkout");
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, "Pulumi.yaml"), "name: eng\nruntime: nodejs\nmain: index.ts\n");
    writeFileSync(path.join(dir, "index.ts"), "export const one = 1;\n");
    return dir;
  }

  remove(): void {
    process.env.PATH = this.path;
    rmSync(this.dir, { recursive: true, force: true });
  }
}
