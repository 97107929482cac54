import { RelaySettings } from "../settings/settings";

/** The Cyrus SASL side: its configuration file, and the user database as text for `db_load`. */

/** `/etc/postfix/sasl/NAME.conf`. The database path is the one seen from inside Postfix's chroot. */
export function renderSaslConf({ sasl }: RelaySettings): string {
  return [
    "# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.",
    "pwcheck_method: auxprop",
    "auxprop_plugin: sasldb",
    "sasldb_path: /sasl/relay.db",
    `mech_list: ${sasl.mechanisms.join(" ")}`,
    "",
  ].join("\n");
}

/** A login with its password. Never printed. */
export interface Credential {
  login: string;
  password: string;
}

/**
 * The pairs of sasldb: keys are user NUL realm NUL `userPassword`, values are the passwords in clear, both in hexadecimal
 * so that any content survives. Sorted, so that the same users always give the same pairs.
 */
export function userDatabasePairs(credentials: Credential[], realm: string): [key: string, value: string][] {
  return credentials
    .map(({ login, password }): [string, string] => [hex(`${login}\0${realm}\0userPassword`), hex(password)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The whole sasldb, a Berkeley hash, as `db_load` reads it. */
export function renderUserDatabase(credentials: Credential[], realm: string): string {
  const pairs = userDatabasePairs(credentials, realm);
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

function hex(text: string): string {
  return Buffer.from(text, "utf8").toString("hex");
}
