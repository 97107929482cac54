import type { HostFile } from "../services";

/** Modules of `host/lib` for the programs in a folder on the host: those they import, and what these import. */
export function library(folder: string, ...modules: string[]): HostFile[] {
  return ["__init__", ...modules].map((name) => {
    const path = `lib/${name}.py`;
    return { path: `${folder}/${path}`, body: "", script: path, mode: 0o644 };
  });
}
