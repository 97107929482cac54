import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** A relay by the name that clients know it under, and the certificate they trust. */
interface Named {
  name: string;
  address: string;
  certificate: string;
}

const page = () => readFile("docs/clients.md", "utf8");

/** The first piece of code of a language in docs/clients.md that has these words. */
export async function snippet(language: string, words = ""): Promise<string> {
  const pieces = [...(await page()).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))];
  const code = pieces.map(([, each]) => each!).find((each) => each.includes(words));
  if (code === undefined) throw new Error(`docs/clients.md has no code in ${language} with "${words}"`);
  return code;
}

/** What docs/clients.md has between backquotes right after these words. */
export async function quoted(after: string): Promise<string> {
  const [, text] = new RegExp(`${after}\\s+\`([^\`]+)\``).exec(await page()) ?? [];
  if (text === undefined) throw new Error(`docs/clients.md quotes nothing after "${after}"`);
  return text;
}

/**
 * Runs the first piece of code of a language in docs/clients.md as it stands, with these environment variables. It finds
 * the relay by its name, as it would in the world: with an /etc/hosts that nobody else sees.
 */
export async function runSnippet(
  language: string,
  command: string,
  relay: Named,
  variables: Record<string, string | undefined>,
): Promise<void> {
  const code = await snippet(language);
  const folder = await mkdtemp(join(tmpdir(), "clients-"));
  try {
    await writeFile(join(folder, "hosts"), `${relay.address} ${relay.name}\n`);
    await writeFile(join(folder, "code"), code);
    await writeFile(join(folder, "relay.pem"), relay.certificate);
    const script = `mount --bind ${folder}/hosts /etc/hosts && exec ${command} <${folder}/code`;
    await promisify(execFile)("unshare", ["--mount", "sh", "-c", script], {
      env: { PATH: process.env.PATH, SMTP_HOST: relay.name, SMTP_CA: join(folder, "relay.pem"), ...variables },
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
