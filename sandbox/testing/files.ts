import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths";

const SKIPPED = new Set(["node_modules", "dist", ".git", ".sandbox"]);

/** The files of the checkout whose path ends in this way. */
export function filesEnding(ending: string, root = PROJECT_ROOT): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : below(path);
      return entry.name.endsWith(ending) ? [path] : [];
    });
  return below(".");
}
