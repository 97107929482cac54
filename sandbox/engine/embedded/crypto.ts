/** Passphrase encryption in the form Pulumi's own passphrase secrets provider writes: `v1:nonce:ciphertext`. */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";

const ROUNDS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What the salt line proves the passphrase with. */
const PROBE = "pulumi";

/** Key derivation takes a noticeable fraction of a second, so one process does it once per salt and passphrase. */
const derived = new Map<string, Promise<Buffer>>();

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  const id = JSON.stringify([passphrase, salt.toString("base64")]);
  let key = derived.get(id);
  if (key === undefined) {
    key = promisify(pbkdf2)(passphrase, salt, ROUNDS, KEY_BYTES, "sha256");
    derived.set(id, key);
  }
  return key;
}

/** Encrypts and decrypts the secrets of one stack's state. */
export class Crypter {
  private constructor(
    private readonly key: Buffer,
    /** The line to keep in the state: salt, and a text that only the right passphrase decrypts. */
    readonly saltLine: string,
  ) {}

  /** Starts with a fresh salt. */
  static async create(passphrase: string): Promise<Crypter> {
    const salt = randomBytes(8);
    const key = await deriveKey(passphrase, salt);
    const probe = new Crypter(key, "").encrypt(PROBE);
    return new Crypter(key, `v1:${salt.toString("base64")}:${probe}`);
  }

  /** Opens an existing salt line; a wrong passphrase is told at once. */
  static async open(passphrase: string, saltLine: string): Promise<Crypter> {
    const [version, salt, ...probe] = saltLine.split(":");
    if (version !== "v1" || salt === undefined) {
      throw new Error(`unknown version of the encryption salt: ${version}`);
    }
    const crypter = new Crypter(await deriveKey(passphrase, Buffer.from(salt, "base64")), saltLine);
    try {
      crypter.decrypt(probe.join(":"));
    } catch {
      throw new Error("incorrect passphrase for the state");
    }
    return crypter;
  }

  encrypt(text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
  }

  decrypt(text: string): string {
    const [version, nonce = "", sealed = ""] = text.split(":");
    if (version !== "v1") {
      throw new Error(`unknown version of a ciphertext: ${version}`);
    }
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  }
}
