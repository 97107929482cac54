import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "fflate";
import * as tar from "tar-stream";
import { withoutProse } from "../services/template";
import { unit } from "../services/unit";
import { RenderedFile } from "../render/renderedFile";

const hostFolder = path.join(__dirname, "..", "host");

/** A script from `components/host` without what explains it. */
export function hostScript(name: string): RenderedFile {
  return { path: name, body: withoutProse(scriptText(name)), mode: 0o644 };
}

/** A unit of a host that is no service's. */
export function hostUnit(name: string): RenderedFile {
  return { ...unit(hostFolder, name), path: name };
}

/** The text of a file in `components/host`. */
function scriptText(script: string): string {
  return fs.readFileSync(path.join(hostFolder, script), "utf8");
}

/** Comes last in every archive, so that the launcher knows one that was cut off. */
const marker: RenderedFile = { path: "complete", body: "", mode: 0o600 };

/**
 * Packs files as base64 of a compressed tar archive. No times and owners but root's, and a compressor that does not
 * change with Node.js: the same files always give the same text.
 */
export async function pack(files: RenderedFile[]): Promise<string> {
  const archive = tar.pack();
  for (const { path: name, body, mode } of [...[...files].sort(byKind), marker])
    archive.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, body);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.from(gzipSync(Buffer.concat(chunks), { level: 9, mtime: 0 })).toString("base64") + "\n";
}

/** The input of a step that a later one may have to run again. */
interface KeptInput {
  /** Names by its content what the step leaves on the host, see host/inputs.sh. */
  name: string;
  /** The step's files, with what tells it to leave them. */
  given: RenderedFile[];
  /** The files that stay nowhere, because they may be secret: whoever runs the step again has to bring them. */
  brought: RenderedFile[];
}

/** Divides a step's input, its scripts included, into what is left on the host and what is not. */
export function keptInput(script: string, sources: string[], files: RenderedFile[]): KeptInput {
  const kept = [...[`${script}.sh`, ...sources].map(hostScript), ...files].filter(readableByAll);
  const hash = createHash("sha256");
  for (const file of kept) hash.update(JSON.stringify([file.path, file.mode, file.body]));
  const name = `${script}-${hash.digest("hex").slice(0, 32)}`;
  const list = kept.map((file) => `${file.path}\n`).join("");
  return {
    name,
    given: [...files, { path: "input", body: name, mode: 0o600 }, { path: "input.files", body: list, mode: 0o600 }],
    brought: files.filter((file) => !readableByAll(file)),
  };
}

/** Files of one kind next to each other, so that the compressor sees what they have in common. */
function byKind(one: RenderedFile, other: RenderedFile): number {
  const keys = [one, other].map(({ path: file }) => [path.extname(file), path.basename(file), file].join("\0"));
  return keys[0]! < keys[1]! ? -1 : 1;
}

/** What every user of the host may read where it is installed is no secret. */
function readableByAll({ mode }: RenderedFile): boolean {
  return (mode & 0o004) !== 0;
}
