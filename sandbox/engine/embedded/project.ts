/** Reads what the engine needs of Pulumi.yaml. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { load } from "js-yaml";
import type { ConfigValue } from "../types";

export interface Project {
  name: string;
  rootDir: string;
  /** Working folder of the program, and the program relative to it, as the Node.js language host chooses them. */
  programDir: string;
  program: string;
  /** Whether the language host registers ts-node, which it does unless told otherwise. */
  typescript: boolean;
  /** What the project file says about configuration keys, by full key. */
  config: Record<string, ProjectConfig>;
}

/** A key's value for stacks that do not set it; without one, every stack must. */
interface ProjectConfig {
  default?: string;
}

interface ProjectFile {
  name?: string;
  main?: string;
  runtime?: string | { name: string; options?: { typescript?: boolean } };
  config?: Record<string, unknown>;
}

/** The Pulumi project in a folder. */
export async function readProject(rootDir: string): Promise<Project> {
  const file = load(await readFile(path.join(rootDir, "Pulumi.yaml"), "utf8")) as ProjectFile;
  const { name, main, runtime } = file;
  if (name === undefined) {
    throw new Error(`Pulumi.yaml in ${rootDir} has no name`);
  }
  const config = Object.entries(file.config ?? {}).map(([key, entry]): [string, ProjectConfig] => [
    key.includes(":") ? key : `${name}:${key}`,
    projectConfig(entry),
  ]);
  const typescript = typeof runtime !== "object" || (runtime.options?.typescript ?? true);
  const project = { name, rootDir, typescript, config: Object.fromEntries(config) };
  const target = path.resolve(rootDir, main ?? ".");
  return (await stat(target)).isDirectory()
    ? { ...project, programDir: target, program: "." }
    : { ...project, programDir: path.dirname(target), program: path.basename(target) };
}

/** An entry is a value, or an object that describes the key. */
function projectConfig(entry: unknown): ProjectConfig {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return { default: asConfigText(entry) };
  }
  const { default: fallback, value } = entry as { default?: unknown; value?: unknown };
  const given = value ?? fallback;
  return given === undefined ? {} : { default: asConfigText(given) };
}

/** Structured values are JSON, as everywhere in configuration. */
function asConfigText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A stack's configuration with the project's defaults. */
export function withProjectConfig(
  config: Record<string, ConfigValue>,
  project: Project,
  stack: string,
): Record<string, ConfigValue> {
  const defaults: Record<string, ConfigValue> = {};
  for (const [key, { default: value }] of Object.entries(project.config)) {
    if (value !== undefined) {
      defaults[key] = { value, secret: false };
    } else if (config[key] === undefined) {
      throw new Error(`Stack '${stack}' is missing configuration value '${key}'`);
    }
  }
  return { ...defaults, ...config };
}
