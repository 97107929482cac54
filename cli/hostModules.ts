import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { libraryFolder } from "../components/host/library";

/** The scripts that run on hosts. */
export const hostFolder = join(__dirname, "host");

/** What launch.py itself runs. */
const BASIC = ["relayhost"];

/** The sources of scripts and of all they import from `cli/host` and from the library, by module name. */
export function hostModules(scripts: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (name: string) => {
    const file = fileOf(name);
    if (name in found || !existsSync(file)) return;
    found[name] = readFileSync(file, "utf8");
    imported(found[name]).forEach(add);
  };
  [...BASIC, ...scripts].forEach(add);
  return found;
}

function fileOf(name: string): string {
  if (name === "lib") return join(libraryFolder, "__init__.py");
  const [folder, file] = name.startsWith("lib.") ? [libraryFolder, name.slice("lib.".length)] : [hostFolder, name];
  return join(folder, `${file}.py`);
}

/** What a module may import; `from lib import smtp` imports another module, `from lib.smtp import Session` does not. */
function imported(source: string): string[] {
  const statements = source.matchAll(/^\s*(?:from|import) ([\w.]+)(?: import ([\w, ]+|\([^)]*\)))?/gm);
  return [...statements].flatMap(([, from = "", parts = ""]) => {
    const members = parts.match(/\w+/g) ?? [];
    return [from.split(".")[0]!, from, ...members.map((member) => `${from}.${member}`)];
  });
}
