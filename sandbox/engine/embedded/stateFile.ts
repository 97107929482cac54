/** The state on disk: one JSON file per stack, secrets encrypted, replaced as a whole after every operation. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { lock } from "proper-lockfile";
import { Crypter } from "./crypto";
import type { PendingOperation, ResourceState } from "./state";
import { isSecret, mapSecrets, sealedSecret, secret, type Props, type Value } from "./values";

/** A lock not refreshed for this long belongs to a dead process. */
const STALE_LOCK_MS = 5_000;
const LOCK_RETRY_MS = 500;

export interface Snapshot {
  resources: ResourceState[];
  pending: PendingOperation[];
}

interface Deployment {
  version: 3;
  deployment: {
    manifest: { time: string; magic: string; version: string };
    secrets_providers: { type: "passphrase"; state: { salt: string } };
    resources: ResourceState[];
    pending_operations: PendingOperation[];
  };
}

/** Where a stack's state lies. */
export function statePath(stateDir: string, project: string, stack: string): string {
  return path.join(stateDir, "stacks", project, `${stack}.json`);
}

/** Reads and writes the state of one stack. */
export class StateFile {
  /** Ciphertexts as they were read or last written, so that an unchanged secret keeps its own. */
  private readonly ciphertexts = new Map<string, string>();
  private writing: Promise<void> = Promise.resolve();
  /** What is written as soon as the write under way has ended. */
  private next: { snapshot: Snapshot; written: Promise<void> } | undefined;

  private constructor(
    private readonly file: string,
    private readonly crypter: Crypter,
  ) {}

  /** Opens the state of a stack, an empty one when there is none yet. */
  static async load(file: string, passphrase: string): Promise<{ stateFile: StateFile; snapshot: Snapshot }> {
    const text = await readText(file);
    if (text === undefined) {
      const stateFile = new StateFile(file, await Crypter.create(passphrase));
      return { stateFile, snapshot: { resources: [], pending: [] } };
    }
    const { deployment } = JSON.parse(text) as Deployment;
    const stateFile = new StateFile(file, await Crypter.open(passphrase, deployment.secrets_providers.state.salt));
    const resources = deployment.resources.map((state) => stateFile.decrypt(state));
    const pending = deployment.pending_operations.map((one) => ({ ...one, resource: stateFile.decrypt(one.resource) }));
    return { stateFile, snapshot: { resources, pending } };
  }

  /**
   * Replaces the file. Calls made during a write share the next one, with the content of the last of them: a thousand
   * deletions at once would otherwise each hold a whole text of the state.
   */
  save(snapshot: Snapshot): Promise<void> {
    if (this.next) {
      this.next.snapshot = snapshot;
      return this.next.written;
    }
    const next = { snapshot, written: this.writing };
    next.written = this.writing.then(() => {
      this.next = undefined;
      return replaceFile(this.file, this.textOf(next.snapshot));
    });
    this.next = next;
    this.writing = next.written;
    return next.written;
  }

  private textOf(snapshot: Snapshot): string {
    const content: Deployment = {
      version: 3,
      deployment: {
        manifest: { time: new Date().toISOString(), magic: "", version: "embedded" },
        secrets_providers: { type: "passphrase", state: { salt: this.crypter.saltLine } },
        resources: snapshot.resources.map((state) => this.encrypt(state)),
        pending_operations: snapshot.pending.map((one) => ({ ...one, resource: this.encrypt(one.resource) })),
      },
    };
    return JSON.stringify(content, undefined, 4);
  }

  private encrypt(state: ResourceState): ResourceState {
    return mapProperties(state, (props, group) =>
      mapSecrets(props, `${state.urn}/${group}`, (content, place) => {
        const text = JSON.stringify(content);
        const key = `${place}\n${text}`;
        const ciphertext = this.ciphertexts.get(key) ?? this.crypter.encrypt(text);
        this.ciphertexts.set(key, ciphertext);
        return sealedSecret(ciphertext);
      }),
    );
  }

  private decrypt(state: ResourceState): ResourceState {
    return mapProperties(state, (props, group) => this.decryptValue(props, `${state.urn}/${group}`));
  }

  private decryptValue(value: Value, place: string): Value {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (isSecret(value)) {
      const ciphertext = (value as Props).ciphertext as string;
      const text = this.crypter.decrypt(ciphertext);
      this.ciphertexts.set(`${place}\n${text}`, ciphertext);
      return secret(JSON.parse(text) as Value);
    }
    if (Array.isArray(value)) {
      return value.map((child, index) => this.decryptValue(child, `${place}/${index}`));
    }
    const entries = Object.entries(value).map(([key, child]) => [key, this.decryptValue(child, `${place}/${key}`)]);
    return Object.fromEntries(entries) as Props;
  }
}

function mapProperties(state: ResourceState, change: (props: Props, group: string) => Value): ResourceState {
  const mapped: ResourceState = {
    ...state,
    inputs: change(state.inputs, "inputs") as Props,
    outputs: change(state.outputs, "outputs") as Props,
  };
  if (state.replacementTrigger !== undefined) {
    mapped.replacementTrigger = change(state.replacementTrigger, "replacementTrigger") as Props;
  }
  return mapped;
}

/** The raw text of a state file, undefined when there is none. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
  const folder = await open(path.dirname(file), "r");
  await folder.sync().finally(() => folder.close());
}

/** Holds a stack against a second run; resolves with the release. A dead process's lock is waited out and taken over. */
export async function lockState(file: string, onLost: () => void): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    return await lock(file, {
      realpath: false,
      stale: STALE_LOCK_MS,
      onCompromised: onLost,
      retries: { retries: STALE_LOCK_MS / LOCK_RETRY_MS + 2, factor: 1, minTimeout: LOCK_RETRY_MS },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") {
      throw error;
    }
    const stack = path.basename(file, ".json");
    throw new Error(`The stack "${stack}" is being updated by another process: wait until that has ended.`);
  }
}
