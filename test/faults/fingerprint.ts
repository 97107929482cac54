import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Relay } from "./relay";

const script = readFileSync(join(__dirname, "fingerprint.sh"), "utf8");

/** All of a relay's host that a deploy decides on, line by line; two relays with the same input have the same. */
export async function fingerprintOf(relay: Relay): Promise<string[]> {
  return (await relay.run(script)).trim().split("\n");
}
