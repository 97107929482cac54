import type { SaslSeen } from "../survey";
import { fault, REPAIR, warning, type Check, type Finding } from "./finding";

export const users: Check<SaslSeen>[] = [configured, present, readable, kept, filled];

function configured({ method, conf }: SaslSeen): Finding[] {
  return method === null
    ? [fault("sasl-unconfigured", `${conf} is missing: Cyrus SASL uses its defaults and offers too much`, REPAIR)]
    : [];
}

function present({ method, database, facts }: SaslSeen): Finding[] {
  if (method === null || facts !== null) return [];
  return [fault("users-missing", `there is no user database ${database}: every login is refused (535)`, REPAIR)];
}

function readable({ database, facts }: SaslSeen): Finding[] {
  if (facts === null) return [];
  if (facts.entries === null)
    return [fault("users-damaged", `${database} is not a database: every login is refused (454)`, REPAIR)];
  if (facts.readable) return [];
  const { mode, owner } = facts;
  return [
    fault("users-unreadable", `Postfix cannot read ${database} (${mode} ${owner}): logins fail with 454`, REPAIR),
  ];
}

function kept({ database, facts }: SaslSeen): Finding[] {
  if (!facts?.exposed) return [];
  const { mode, owner } = facts;
  return [
    fault("users-exposed", `every user of the host can read the passwords in ${database} (${mode} ${owner})`, REPAIR),
  ];
}

function filled({ database, facts }: SaslSeen): Finding[] {
  if (facts?.entries !== 0) return [];
  return [warning("users-none", `${database} has no users: no client can log in`, `set \`users\`. ${REPAIR}`)];
}
