import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "../../sandbox/paths";

/** What `openssl s_client` offers in the place of each device in the table of docs/clients.md. */
const devices: Record<string, string[]> = {
  "TLS 1.3": ["-tls1_3"],
  "TLS 1.2": ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  "TLS 1.2, RSA only": ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"],
  "TLS 1.2, CBC only": ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA"],
  "TLS 1.2, no forward secrecy": ["-tls1_2", "-cipher", "AES128-GCM-SHA256:AES128-SHA"],
  "TLS 1.1 or older": ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
};

/** The columns of that table. */
const columns = ["port 25", "logins", "logins with RSA"] as const;

/** What the documentation says of each device, where it connects. */
export async function documentedHandshakes(where: (typeof columns)[number]): Promise<Record<string, string>> {
  const page = await readFile(join(PROJECT_ROOT, "docs", "clients.md"), "utf8");
  const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const known = rows.filter(([, device]) => Object.hasOwn(devices, device ?? ""));
  return Object.fromEntries(known.map(([, device, ...cells]) => [device!, cells[columns.indexOf(where)]!]));
}

/** `yes` or `no` for each device at one port. */
export async function handshakes(address: string, port: number): Promise<Record<string, string>> {
  const tried = Object.entries(devices).map(async ([device, offer]) => [device, await handshake(address, port, offer)]);
  return Object.fromEntries(await Promise.all(tried)) as Record<string, string>;
}

async function handshake(address: string, port: number, offer: string[]): Promise<"yes" | "no"> {
  const start = port === 465 ? [] : ["-starttls", "smtp"];
  const options = ["s_client", "-connect", `${address}:${port}`, ...start, ...offer];
  // A distribution's own configuration may forbid what old devices offer.
  const running = promisify(execFile)("openssl", options, { env: { ...process.env, OPENSSL_CONF: "/dev/null" } });
  running.child.stdin?.end();
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error);
  if (/^New, .*Cipher is (?!\(NONE\))/m.test(stdout)) return "yes";
  // Only what the server says counts, and not what this openssl cannot offer.
  if (/alert (handshake failure|protocol version)/.test(stderr)) return "no";
  throw new Error(`no handshake was tried on ${port} with ${offer.join(" ")}: ${stderr}`);
}
