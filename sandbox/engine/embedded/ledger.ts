/** The state of a stack during a run: what was there before, what is there now, and what is being done. */
import type { PendingOperation, ResourceState } from "./state";
import { renameReferences } from "./state";
import type { Snapshot, StateFile } from "./stateFile";

/** Keeps the state and writes it after every change; a preview has no file and writes nothing. */
export class Ledger {
  /** Registered in this run, in the order of completion. */
  private readonly fresh: ResourceState[] = [];
  private before: ResourceState[];
  private pending: PendingOperation[];
  private readonly leftOver: PendingOperation[];
  /** Old URN to new, for resources found through an alias. */
  private readonly renamed = new Map<string, string>();
  private dirty = false;

  constructor(
    snapshot: Snapshot,
    private readonly file: StateFile | undefined,
  ) {
    this.before = [...snapshot.resources];
    this.leftOver = [...snapshot.pending];
    this.pending = [...snapshot.pending];
  }

  /** Operations that a run which died had begun. */
  get interrupted(): readonly PendingOperation[] {
    return this.leftOver;
  }

  /** What the stack consists of now. */
  get resources(): ResourceState[] {
    const rename = (urn: string) => this.renamed.get(urn) ?? urn;
    const all = [...this.fresh, ...this.before];
    return this.renamed.size === 0 ? all : all.map((state) => renameReferences(state, rename));
  }

  /** A resource of this run, or of the state before, that is not waiting to be deleted. */
  current(urn: string): ResourceState | undefined {
    return this.registered(urn) ?? this.previous(urn);
  }

  registered(urn: string): ResourceState | undefined {
    return this.fresh.find((state) => state.urn === urn);
  }

  /** A resource that was there before this run and has not been registered in it yet. */
  previous(urn: string): ResourceState | undefined {
    return this.before.find((state) => state.urn === urn && state.delete !== true);
  }

  /** What is left of the old state: not registered in this run, or replaced and to be deleted. */
  get remaining(): ResourceState[] {
    const rename = (urn: string) => this.renamed.get(urn) ?? urn;
    return this.before.map((state) => renameReferences(state, rename));
  }

  rename(from: string, to: string): void {
    this.renamed.set(from, to);
  }

  oldNameOf(urn: string): string | undefined {
    return [...this.renamed].find(([, to]) => to === urn)?.[0];
  }

  /** Puts a registered resource in place of its old state; kept in memory if nothing needs writing. */
  accept(state: ResourceState, old: ResourceState | undefined): void {
    if (old !== undefined) {
      this.before = this.before.filter((other) => other !== old);
    }
    this.fresh.push(state);
    this.dirty = true;
  }

  /** Keeps a replaced resource until it is deleted. */
  keepForDeletion(old: ResourceState): void {
    this.before = this.before.map((other) => (other === old ? { ...old, delete: true } : other));
    this.dirty = true;
  }

  /** Changes a resource registered in this run. */
  amend(urn: string, change: Partial<ResourceState>): void {
    const state = this.registered(urn);
    if (state !== undefined) {
      Object.assign(state, change);
      this.dirty = true;
    }
  }

  /** Drops a deleted resource, found by what it is: `remaining` hands out copies. */
  remove(gone: ResourceState): void {
    const isGone = (state: ResourceState) =>
      state.urn === gone.urn && state.id === gone.id && (state.delete ?? false) === (gone.delete ?? false);
    this.before = this.before.filter((state) => !isGone(state));
    this.dirty = true;
  }

  /** Runs one operation with its pending record around it; whatever it changed is on disk when this resolves. */
  async during<T>(type: PendingOperation["type"], resource: ResourceState, work: () => Promise<T>): Promise<T> {
    const record: PendingOperation = { type, resource };
    this.pending = this.pending.filter(
      (other) => !(this.leftOver.includes(other) && other.resource.urn === resource.urn),
    );
    this.pending.push(record);
    await this.write();
    try {
      return await work();
    } finally {
      this.pending = this.pending.filter((other) => other !== record);
      await this.write();
    }
  }

  /** Forgets what a dead run had begun: called when a run has ended well. */
  settle(): void {
    if (this.leftOver.length > 0) {
      this.pending = this.pending.filter((record) => !this.leftOver.includes(record));
      this.dirty = true;
    }
  }

  /** Writes what has changed and is not on disk yet. */
  async flush(): Promise<void> {
    if (this.dirty) {
      await this.write();
    }
  }

  private async write(): Promise<void> {
    this.dirty = false;
    await this.file?.save({ resources: this.resources, pending: this.pending });
  }
}
