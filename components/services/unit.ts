import { createHash } from "node:crypto";
import type { HostFile } from "./service";
import { textOf, type Value } from "./template";

/** Where units of our own lie. */
export const unitFolder = "/etc/systemd/system";

/** What every service gives up. A unit takes back what its work needs in the lines after it, and says why. */
const sandbox = textOf(__dirname, "sandbox.conf").trimEnd().split("\n");

/** A unit of a service's folder. */
export function unit(folder: string, name: string, values: Record<string, Value> = {}): HostFile {
  const given = name.endsWith(".service") ? { ...values, sandbox } : values;
  return { path: `${unitFolder}/${name}`, body: textOf(folder, name, given), mode: 0o644 };
}

/** For a comment of the unit of a service that reloads: with other programs its unit changes too, which takes a restart. */
export function programDigest(programs: HostFile[]): string {
  return createHash("sha256").update(JSON.stringify(programs)).digest("hex").slice(0, 12);
}
