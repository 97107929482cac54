import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** One finding of testssl.sh, by its own names. */
interface Finding {
  id: string;
  severity: string;
  finding: string;
}

export interface Target {
  hostname: string;
  address: string;
  port: number;
  starttls: boolean;
  /** The root that the certificate must lead to. */
  ca: string;
  /** What is asked: testssl's own switches, because all of it takes minutes. */
  sections: string[];
}

const harmless = ["OK", "INFO", "DEBUG"];

/** What testssl.sh, an independent judge, finds wrong with a TLS server, each as id, severity and text. */
export async function complaints({ hostname, address, port, starttls, ca, sections }: Target): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "mail-relay-testssl-"));
  const [caFile, report] = [join(folder, "ca.pem"), join(folder, "report.json")];
  try {
    await writeFile(caFile, ca);
    const target = [...(starttls ? ["-t", "smtp"] : []), "--ip", address, `${hostname}:${port}`];
    const quiet = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none"];
    // Its exit code is the number of findings.
    await promisify(execFile)("testssl", [
      ...quiet,
      "--add-ca",
      caFile,
      "--jsonfile",
      report,
      ...sections,
      ...target,
    ]).catch((error: { code: unknown }) => {
      if (typeof error.code !== "number") throw error;
    });
    const findings = JSON.parse(await readFile(report, "utf8")) as Finding[];
    // Without these it has not seen the server at all.
    for (const id of ["TLS1_2", "TLS1_3", "cipherlist_NULL"]) {
      if (!findings.some((found) => found.id.startsWith(id))) throw new Error(`testssl did not come to ${id}`);
    }
    return findings
      .filter(({ severity }) => !harmless.includes(severity))
      .map(({ id, severity, finding }) => `${id} ${severity} ${finding}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
