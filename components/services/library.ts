import { libraryFolder } from "../host/library";
import type { HostFile } from "./service";
import { textOf } from "./template";

/** Modules of `host/lib` for the programs in a folder on the host: those they import, and what these import. */
export function library(folder: string, ...modules: string[]): HostFile[] {
  return ["__init__", ...modules].map((name) => ({
    path: `${folder}/lib/${name}.py`,
    body: textOf(libraryFolder, `${name}.py`),
    mode: 0o644,
  }));
}
