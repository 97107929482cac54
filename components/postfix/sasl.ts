import { createHash } from "node:crypto";
import { RelaySettings, SaslSettings } from "../settings/settings";

/** The Cyrus SASL side: its configuration file, and the user database as text for `db_load`. */

/** `/etc/postfix/sasl/NAME.conf`. The database path is the one seen from inside Postfix's chroot. */
export function renderSaslConf({ sasl }: RelaySettings): string {
  const check =
    sasl.store === "saslauthd"
      ? ["pwcheck_method: saslauthd", "saslauthd_path: /var/run/saslauthd/mux"]
      : ["pwcheck_method: auxprop", "auxprop_plugin: sasldb", `sasldb_path: /${databaseInChroot[sasl.store]}`];
  return [
    "# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.",
    ...check,
    `mech_list: ${sasl.mechanisms.join(" ")}`,
    "",
  ].join("\n");
}

/** Where smtpd finds the user database inside its chroot; `host/stores.sh` puts it there. */
const databaseInChroot = { chrootOnly: "sasl/relay.db", shared: "etc/mail-relay/sasldb2" };

/**
 * The same for the trial instance, which has a user database of its own in its own chroot: where saslauthd checks
 * passwords it is asked by smtpd itself, because the daemon is one and reads the live users.
 */
export function trialSasl({ sasl, ...rest }: RelaySettings): { conf: string; database: string } {
  const store = sasl.store === "saslauthd" ? "chrootOnly" : sasl.store;
  return { conf: renderSaslConf({ ...rest, sasl: { ...sasl, store } }), database: databaseInChroot[store] };
}

/** The realms a login is known under, its own first; smtpd looks for the one that a client gives. */
export function realms({ realm, alsoRealms }: SaslSettings): string[] {
  return [realm, ...alsoRealms];
}

/** A login with what it is accepted with. Never printed. */
export interface Credential {
  login: string;
  password: string;
  /** Accepted beside it by mechanisms that send the password itself. */
  previousPassword?: string;
}

/**
 * The pairs of sasldb: keys are user NUL realm NUL `userPassword`, values are the passwords in clear, both in hexadecimal
 * so that any content survives. Sorted, so that the same users always give the same pairs.
 */
export function userDatabasePairs(credentials: Credential[], sasl: SaslSettings): [key: string, value: string][] {
  return realms(sasl)
    .flatMap((realm) => credentials.map((credential) => ({ ...credential, realm })))
    .flatMap(({ login, realm, password, previousPassword }) => {
      const entry = (property: string, value: string | Buffer): [string, string] => [
        hex(`${login}\0${realm}\0${property}`),
        hex(value),
      ];
      const previous = previousPassword === undefined ? [] : [entry(...hashedSecret(login, realm, previousPassword))];
      return [entry("userPassword", password), ...previous];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The whole sasldb, a Berkeley hash, as `db_load` reads it. */
export function renderUserDatabase(credentials: Credential[], sasl: SaslSettings): string {
  const pairs = userDatabasePairs(credentials, sasl);
  return [
    "VERSION=3",
    "format=bytevalue",
    "type=hash",
    "HEADER=END",
    ...pairs.flatMap(([key, value]) => [` ${key}`, ` ${value}`]),
    "DATA=END",
    "",
  ].join("\n");
}

/**
 * A second password as Cyrus SASL looks for it when the first does not match (auxprop_verify_password in its
 * lib/checkpw.c): 16 bytes of salt, a zero, and MD5 over the salt, the word `sasldb` and the password. The salt is made
 * of what it protects, so that the same users always give the same text.
 */
function hashedSecret(login: string, realm: string, password: string): [property: string, value: Buffer] {
  const salt = createHash("sha256").update(`${login}\0${realm}\0${password}`).digest().subarray(0, 16);
  const digest = createHash("md5").update(salt).update("sasldb").update(password).digest();
  return ["cmusaslsecretPLAIN", Buffer.concat([salt, Buffer.alloc(1), digest])];
}

function hex(value: string | Buffer): string {
  return Buffer.from(value as string, "utf8").toString("hex");
}
