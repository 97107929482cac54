import { attempt } from "../run";

/** Settings that decide whether apt reaches and accepts a mirror; all others are the image's own business. */
const TRANSPORT = /^Acquire::(?:https?::|Check-Valid-Until |Check-Date |ForceIPv4 |Retries )/i;

/** The lines of `apt-config dump` that an image needs to use the same mirror, and the proxy of the environment. */
export function transportSettings(dump: string, environment: Record<string, string | undefined>): string {
  const lines = dump.split("\n").filter((line) => TRANSPORT.test(line) && !/ "";$/.test(line));
  for (const scheme of ["http", "https"]) {
    const proxy = environment[`${scheme}_proxy`];
    const isSet = lines.some((line) => line.toLowerCase().startsWith(`acquire::${scheme}::proxy `));
    if (proxy && !isSet) lines.push(`Acquire::${scheme}::Proxy "${proxy}";`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** What this machine's apt is told about reaching its mirror; nothing where there is no apt. */
export async function hostTransportSettings(): Promise<string> {
  const { code, stdout } = await attempt(["apt-config", "dump"]);
  return transportSettings(code === 0 ? stdout : "", process.env);
}
