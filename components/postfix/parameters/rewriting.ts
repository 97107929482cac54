import { written, type OwnedParameters } from "../../settings/ownedParameters";
import { delimiters, HeaderCheck } from "../../settings/outgoing";
import { RelaySettings } from "../../settings/settings";
import { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  always_bcc: ({ alwaysBcc }) => written("alwaysBcc", alwaysBcc),
  canonical_maps: ({ rewriting }) => written("rewriting.canonical", rewriting?.canonical?.length),
  sender_canonical_maps: ({ rewriting }) => written("rewriting.senders", rewriting?.senders?.length),
  recipient_canonical_maps: ({ rewriting }) => written("rewriting.recipients", rewriting?.recipients?.length),
  smtp_generic_maps: ({ rewriting }) => written("rewriting.generic", rewriting?.generic?.length),
  header_checks: ({ headerChecks }) => written("headerChecks", headerChecks?.length),
};

const maps = {
  canonical: "canonical_maps",
  senders: "sender_canonical_maps",
  recipients: "recipient_canonical_maps",
  generic: "smtp_generic_maps",
} as const;

const kinds = Object.keys(maps) as (keyof typeof maps)[];

const fileOf = (kind: keyof typeof maps) => maps[kind].replace(/_maps$/, "");

/** What happens to messages on their way through. */
export function rewritingParameters({ alwaysBcc, rewriting, headerChecks }: RelaySettings): Parameters {
  const used = kinds.filter((kind) => rewriting[kind].length > 0);
  return {
    ...(alwaysBcc === undefined ? {} : { always_bcc: alwaysBcc }),
    ...Object.fromEntries(used.map((kind) => [maps[kind], `texthash:$config_directory/${fileOf(kind)}`])),
    ...(headerChecks.length > 0 ? { header_checks: "regexp:$config_directory/header_checks" } : {}),
  };
}

/** The tables those parameters name. */
export function rewritingTables({ rewriting, headerChecks }: RelaySettings): { path: string; body: string }[] {
  const tables = kinds
    .filter((kind) => rewriting[kind].length > 0)
    .map((kind) => ({
      path: fileOf(kind),
      body: rewriting[kind].map(({ from, to }) => `${from.toLowerCase()} ${to}\n`).join(""),
    }));
  const checks = headerChecks.map(headerCheck).join("");
  return checks === "" ? tables : [...tables, { path: "header_checks", body: checks }];
}

const actions: Record<string, string> = {
  remove: "IGNORE",
  replace: "REPLACE",
  prepend: "PREPEND",
  reject: "REJECT",
  hold: "HOLD",
  warn: "WARN",
};

/** One line of a regexp table; without case by default. */
function headerCheck({ header, pattern, action, text }: HeaderCheck): string {
  const value = pattern === undefined ? "" : `.*(${pattern})`;
  const end = delimiters.find((candidate) => !value.includes(candidate)) ?? "/";
  // A refusal always says something: daemons of some releases stumble over a bare code.
  const said = action === "reject" ? `5.7.1 ${text ?? `header ${header} is not accepted`}` : (text ?? "");
  return `${end}^${header}:${value}${end} ${`${actions[action] ?? ""} ${said}`.trim()}\n`;
}
