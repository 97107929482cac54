import { utils } from "ssh2";

/** A new ed25519 key pair. ssh2 drops a zero that a public key begins with, so one in 256 of its own is no key. */
export function keyPair(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519");
    if (![pair.public, pair.private].some((key) => utils.parseKey(key) instanceof Error)) return pair;
  }
}
