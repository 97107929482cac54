import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where Debian packages come from. */
export interface Mirror {
  archive: string;
  security?: string;
}

interface Source {
  uri: string;
  suite: string;
}

const RELEASE = /^(?:(?:old){0,2}stable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke)$/;
const SECURITY = /^(.+)-security$|^(.+)\/updates$/;

/** Reads `deb` lines of the one-line format; options in brackets are of no interest here. */
function parseList(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    return match ? [{ uri: match[1]!, suite: match[2]! }] : [];
  });
}

/** Reads the paragraphs of a deb822 file. */
function parseSources(text: string): Source[] {
  const paragraphs = text.replace(/^#.*\n?/gm, "").split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const words = (field: string) =>
      (new RegExp(`^${field}:((?:.*)(?:\\n[ \\t].*)*)`, "im").exec(paragraph)?.[1] ?? "").split(/\s+/).filter(Boolean);
    if (!words("Types").includes("deb") || words("Enabled").includes("no")) return [];
    return words("URIs").flatMap((uri) => words("Suites").map((suite) => ({ uri, suite })));
  });
}

/** The mirror that a machine's own apt sources name, if these are Debian's. Files are given by name and content. */
export function mirrorOf(files: Record<string, string>): Mirror | undefined {
  const sources = Object.entries(files)
    .flatMap(([name, text]) => (name.endsWith(".sources") ? parseSources(text) : parseList(text)))
    .filter(({ uri }) => /^https?:\/\//.test(uri))
    .map(({ uri, suite }) => ({ uri: uri.replace(/\/+$/, ""), suite }));
  const archive = sources.find(({ suite }) => RELEASE.test(suite))?.uri;
  const isSecurity = (suite: string) => {
    const match = SECURITY.exec(suite);
    return RELEASE.test(match?.[1] ?? match?.[2] ?? "");
  };
  return archive ? { archive, security: sources.find(({ suite }) => isSecurity(suite))?.uri } : undefined;
}

/**
 * The mirror to use: SANDBOX_MIRROR, or the one this machine's apt uses; undefined leaves the choice to debootstrap.
 * The security archive that belongs to SANDBOX_MIRROR is expected beside it, as on every full mirror.
 */
export async function findMirror(aptFolder = "/etc/apt"): Promise<Mirror | undefined> {
  const given = process.env.SANDBOX_MIRROR?.replace(/\/+$/, "");
  if (given) return { archive: given };
  const parts = (await readdir(join(aptFolder, "sources.list.d")).catch(() => []))
    .filter((name) => /\.(list|sources)$/.test(name))
    .sort()
    .map((name) => join("sources.list.d", name));
  const files: Record<string, string> = {};
  for (const name of ["sources.list", ...parts]) {
    files[name] = await readFile(join(aptFolder, name), "utf8").catch(() => "");
  }
  return mirrorOf(files);
}

/** Full mirrors carry security updates in a folder beside the archive's. */
export const securityArchive = (mirror: Mirror): string => mirror.security ?? `${mirror.archive}-security`;
