import type { MailRelayArgs } from "../args";

/** The plain types of the arguments, all derived from `MailRelayArgs`. */

/**
 * Options that are kept apart from settings, by their names, which mean nothing else anywhere: all secrets, and the
 * certificate, which is checked together with its key.
 */
export const apart = [
  "password",
  "previousPassword",
  "webhook",
  "digitalOceanToken",
  "privateKey",
  "certificate",
] as const;

type Apart = (typeof apart)[number];

/** What a program gives for a value that it does not know yet. */
type Pending = Promise<unknown> | { apply(callback: never): unknown };

/** Arguments with every Output resolved, and every enum as its text. */
type Resolved<T> = T extends Pending
  ? never
  : T extends string
    ? `${T}`
    : T extends (infer Item)[]
      ? Resolved<Item>[]
      : T extends object
        ? { -readonly [Key in keyof T]: Resolved<T[Key]> }
        : T;

/**
 * What settings see of resolved arguments: any of them may be missing, and of those kept apart only whether they were
 * given. In a list, a value that is not known yet is a hole, which `forEach`, `map`, `filter` and `some` pass over.
 */
type Seen<T> = T extends (infer Item)[]
  ? Seen<Item>[]
  : T extends Record<string, string>
    ? T
    : T extends object
      ? { [Key in keyof T]?: Key extends Apart ? boolean : Seen<T[Key]> }
      : T;

export type ResolvedArgs = Resolved<MailRelayArgs>;
export type RelayInput = Seen<ResolvedArgs>;

export type UserInput = NonNullable<RelayInput["users"]>[number];
export type TlsInput = NonNullable<RelayInput["tls"]>;
export type LimitsInput = NonNullable<RelayInput["limits"]>;
export type RelayHostInput = NonNullable<RelayInput["relayHost"]>;
export type RewriteInput = NonNullable<NonNullable<RelayInput["rewriting"]>["canonical"]>[number];
export type HeaderCheckInput = NonNullable<RelayInput["headerChecks"]>[number];
