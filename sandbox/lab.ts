import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SshAccess } from "../components";
import { connectCloud, listClouds, removeCloud, startCloud } from "./cloud";
import { instanceFolder } from "./cloud/folders";
import type { Cloud, Release } from "./cloud/types";
import { createEngine, type Engine, type RunOptions, type RunResult, type StackSpec } from "./engine";
import { programConfig, sinkRecords, stackConfig, type ConfigChanges } from "./labConfig";
import { findBackgroundSink, startBackgroundSink } from "./mail/background";
import { startSink, type Sink } from "./mail/sink";
import { RELEASES, TEST_NAME } from "./names";
import { PROJECT_ROOT } from "./paths";

const SMTP_PORT = 25;

export interface LabOptions {
  /** The cloud instance's name. */
  name: string;
  release?: Release;
  /** Default: the environment's SANDBOX_ENGINE, else `auto`. */
  engine?: "embedded" | "pulumi" | "auto";
  config?: ConfigChanges;
  /** The receiving server outlives this process, as cloud and droplets always do; `reopenLab` finds all of it again. */
  keep?: boolean;
  dropletPollDelayMs?: number;
  onProgress?: (line: string) => void;
}

/** A cloud, a receiving mail server and an engine, with this project's program as a stack between them. */
export interface Lab {
  readonly release: Release;
  readonly cloud: Cloud;
  readonly sink: Sink;
  readonly engine: Engine;
  readonly stack: StackSpec;
  /** Replaces the program's configuration: the sandbox's own with these changes. */
  configure(changes: ConfigChanges): void;
  preview(options?: RunOptions): Promise<RunResult>;
  up(options?: RunOptions): Promise<RunResult>;
  destroy(options?: RunOptions): Promise<RunResult>;
  /** The stack's outputs, secrets in clear. */
  outputs(): Promise<RelayOutputs>;
  /** Ends and removes everything, whatever the stack's state. */
  close(): Promise<void>;
}

/** The program's outputs, as far as the sandbox reads them. */
export interface RelayOutputs extends Record<string, unknown> {
  hostname: string;
  address: string;
  ipv6Address: string;
  dropletId: number | string;
  endpoints: { port: number; tls: "starttls" | "implicit"; auth: boolean }[];
  logins: Record<string, string>;
  ssh: SshAccess;
}

/** What must be remembered to find a lab again. */
interface LabRecord {
  release: Release;
  engine: Engine["kind"];
  token: string;
  passphrase: string;
}

const labFolder = (name: string) => join(instanceFolder(name), "lab");
const recordFile = (name: string) => join(labFolder(name), "lab.json");
const secret = () => randomBytes(24).toString("hex");

/** Starts a lab of that name; nothing of it is left when that fails. */
export async function createLab(options: LabOptions): Promise<Lab> {
  const { name, release = RELEASES[0], onProgress } = options;
  const kind = options.engine ?? engineOfEnvironment();
  const engine = await createEngine(kind);
  const record: LabRecord = { release, engine: engine.kind, token: secret(), passphrase: secret() };
  const cloud = await startCloud({ name, release, token: record.token, onProgress });
  try {
    await mkdir(labFolder(name), { recursive: true, mode: 0o700 });
    await writeFile(recordFile(name), JSON.stringify(record), { mode: 0o600 });
    return await assemble(options, record, cloud, engine);
  } catch (error) {
    await removeLab(name);
    throw error;
  }
}

/** The lab of that name that an earlier command left running, made whole where something of it ended since. */
export async function reopenLab(name: string, onProgress?: (line: string) => void): Promise<Lab | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  const cloud = await connectCloud(name);
  if (text === undefined || cloud === undefined) return undefined;
  const record = JSON.parse(text) as LabRecord;
  return assemble({ name, keep: true, onProgress }, record, cloud, await createEngine(record.engine));
}

/** The stack's outputs of a lab that an earlier command left running, without touching anything of it. */
export async function outputsOfRunning(name: string): Promise<RelayOutputs | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  const cloud = await connectCloud(name);
  if (text === undefined || cloud === undefined) return undefined;
  const record = JSON.parse(text) as LabRecord;
  return plainOutputs(await createEngine(record.engine), stackOf({ name }, record, cloud));
}

/** Removes what there is of a lab, also of a crashed one. */
export async function removeLab(name: string): Promise<void> {
  await (await findBackgroundSink(labFolder(name)))?.close();
  await removeCloud(name);
}

/** The labs of tests whose process has ended without removing them. */
export async function abandonedLabs(): Promise<string[]> {
  const names = (await listClouds()).map((cloud) => cloud.name);
  return names.filter((name) => {
    const [, pid] = TEST_NAME.exec(name) ?? [];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
}

function engineOfEnvironment(): NonNullable<LabOptions["engine"]> {
  const value = process.env.SANDBOX_ENGINE ?? "auto";
  if (value === "embedded" || value === "pulumi" || value === "auto") return value;
  throw new Error(`SANDBOX_ENGINE is "${value}"; it can be embedded, pulumi or auto`);
}

function stackOf(options: LabOptions, record: LabRecord, cloud: Cloud): StackSpec {
  return {
    workDir: PROJECT_ROOT,
    stack: "sandbox",
    config: stackConfig(cloud, record.token, programConfig(cloud, options.config)),
    stateDir: join(labFolder(options.name), "state"),
    passphrase: record.passphrase,
    dropletPollDelayMs: options.dropletPollDelayMs,
  };
}

async function plainOutputs(engine: Engine, stack: StackSpec): Promise<RelayOutputs> {
  const outputs = await engine.outputs(stack);
  const values = Object.entries(outputs).map(([key, output]) => [key, output.value] as const);
  return Object.fromEntries(values) as RelayOutputs;
}

async function assemble(options: LabOptions, record: LabRecord, cloud: Cloud, engine: Engine): Promise<Lab> {
  const folder = labFolder(options.name);
  await cloud.setDns(sinkRecords(cloud.gateway));
  await mkdir(join(folder, "state"), { recursive: true, mode: 0o700 });
  // Last of all, for it is the one thing that ends with this object and not with the instance.
  const sink = options.keep
    ? ((await findBackgroundSink(folder)) ?? (await startBackgroundSink(folder, cloud.gateway, SMTP_PORT)))
    : await startSink({ address: cloud.gateway, port: SMTP_PORT });
  const stack = stackOf(options, record, cloud);
  return {
    release: record.release,
    cloud,
    sink,
    engine,
    stack,
    configure: (changes) => {
      stack.config = stackOf({ ...options, config: changes }, record, cloud).config;
    },
    preview: (run) => engine.preview(stack, run),
    up: (run) => engine.up(stack, run),
    destroy: (run) => engine.destroy(stack, run),
    outputs: () => plainOutputs(engine, stack),
    close: async () => {
      await sink.close();
      await removeLab(options.name);
    },
  };
}
