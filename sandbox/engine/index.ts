/** Engines that run the program of a Pulumi project: the real CLI, and an embedded one that needs nothing but npm. */
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { PulumiEngine } from "./automation";
import { EmbeddedEngine } from "./embedded/engine";
import { builtInProviders } from "./providers";
import type { Engine } from "./types";

export * from "./types";

async function hasPulumi(): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const checks = folders.map((folder) =>
    access(path.join(folder, "pulumi"), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(checks)).includes(true);
}

/** An engine of the given kind; `auto` is the real CLI where it is installed, and the embedded engine elsewhere. */
export async function createEngine(kind: "embedded" | "pulumi" | "auto"): Promise<Engine> {
  if (kind === "pulumi" || (kind === "auto" && (await hasPulumi()))) {
    return new PulumiEngine();
  }
  return new EmbeddedEngine(builtInProviders);
}
