/** The folder in which the Pulumi CLI runs for one stack: its project file, its configuration, and a link to the program. */
import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StackSettings } from "@pulumi/pulumi/automation";
import { dump, load } from "js-yaml";
import { Crypter } from "./embedded/crypto";
import { readText } from "./embedded/stateFile";
import { SECRET_PROPERTIES, type ConfigValue, type StackSpec } from "./types";

/** The CLI takes no program outside of its project's folder, but follows a link there. */
const PROGRAM = "program";

/**
 * Makes the folder, or brings it up to date. A stack's configuration lies beside the project file, so in the program's
 * own folder two stacks of the same name would overwrite each other's.
 */
export async function prepareStackFolder(spec: StackSpec): Promise<string> {
  const folder = path.join(spec.stateDir, "project");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const link = path.join(folder, PROGRAM);
  if ((await lstat(link).catch(() => undefined)) === undefined) {
    await symlink(path.resolve(spec.workDir), link);
  }
  const project = load(await readFile(path.join(spec.workDir, "Pulumi.yaml"), "utf8")) as { main?: string };
  const main = path.posix.join(PROGRAM, project.main ?? ".");
  await writeFile(path.join(folder, "Pulumi.yaml"), dump({ ...project, main }));
  return folder;
}

/**
 * The stack's settings, with its configuration as `pulumi config set --path` would leave it. Secrets are encrypted here:
 * the automation API's own way would put them on a command line.
 */
export async function stackSettings(spec: StackSpec, folder: string): Promise<StackSettings> {
  const text = await readText(path.join(folder, `Pulumi.${spec.stack}.yaml`));
  const { encryptionsalt: salt } = load(text ?? "{}") as { encryptionsalt?: string };
  const crypter = await (salt === undefined ? Crypter.create(spec.passphrase) : Crypter.open(spec.passphrase, salt));
  const config = Object.entries(spec.config).map(([key, value]) => [key, storedValue(value, crypter)]);
  return {
    secretsProvider: "passphrase",
    encryptionSalt: crypter.saltLine,
    config: Object.fromEntries(config) as StackSettings["config"],
  };
}

/** Structures as structures, because the CLI compares them with the types that the project file declares. */
function storedValue({ value, secret }: ConfigValue, crypter: Crypter): unknown {
  const structure = parsed(value);
  if (!secret) {
    return structure ?? value;
  }
  const encrypt = (text: string) => ({ secure: crypter.encrypt(text) });
  const sealed = JSON.stringify(structure, (key, child: unknown) =>
    SECRET_PROPERTIES.includes(key) && typeof child === "string" ? encrypt(child) : child,
  );
  // A secret that is not in one of the known places: then all of it is.
  return typeof structure !== "object" || sealed === JSON.stringify(structure)
    ? encrypt(value)
    : (JSON.parse(sealed) as unknown);
}

/** What JSON text stands for; undefined for a text that is only a text. */
function parsed(value: string): unknown {
  if (!/^(\[.*\]|\{.*\}|true|false|-?\d+(\.\d+)?)$/s.test(value)) {
    return undefined;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
