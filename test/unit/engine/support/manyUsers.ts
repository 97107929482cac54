/** Deploys so many users one after the other, in a process that can be given little memory; prints the operations of each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunResult } from "../../../../sandbox/engine";
import { EmbeddedEngine } from "../../../../sandbox/engine/embedded/engine";
import { builtInProviders } from "../../../../sandbox/engine/providers";
import { PROJECT_ROOT } from "../../../../sandbox/paths";
import { configOf, hostless } from "./hostless";

const config = (users: number) =>
  configOf({ users: Array.from({ length: users }, (_, index) => ({ login: `user${index}` })) });

/** How often there was each kind of operation. */
function counted({ operations }: RunResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of operations) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function main(numbers: number[]): Promise<void> {
  const stateDir = mkdtempSync(path.join(tmpdir(), "eng-many-"));
  const engine = new EmbeddedEngine({ ...builtInProviders, command: hostless });
  const spec = { workDir: PROJECT_ROOT, stack: "many", stateDir, passphrase: "correct horse" };
  try {
    for (const users of numbers) {
      const result = await engine.up({ ...spec, config: config(users) });
      process.stdout.write(`${JSON.stringify(counted(result))}\n`);
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

void main(process.argv.slice(2).map(Number));
