import * as fs from "node:fs";
import * as path from "node:path";
import * as tar from "tar-stream";
import { RenderedFile } from "../render/renderedFile";

const hostFolder = path.join(__dirname, "..", "host");

/** A script as it lies in `components/host`. */
export function hostScript(name: string): RenderedFile {
  return { path: name, body: fs.readFileSync(path.join(hostFolder, name), "utf8"), mode: 0o600 };
}

/** Comes last in every archive, so that the launcher knows one that was cut off. */
const marker: RenderedFile = { path: "complete", body: "", mode: 0o600 };

/** Packs files as base64 of a tar archive. No times and owners but root's: the same files always give the same text. */
export async function pack(files: RenderedFile[]): Promise<string> {
  const archive = tar.pack();
  for (const { path: name, body, mode } of [...files, marker])
    archive.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, body);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("base64") + "\n";
}
