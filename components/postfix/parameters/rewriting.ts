import { chosenParameter } from "../../settings/chosenParameters";
import { fixed, written, type OwnedParameters } from "../../settings/ownedParameters";
import { valueExpression } from "../../settings/headerPattern";
import { delimiters, HeaderCheck } from "../../settings/outgoing";
import type { RelayInput } from "../../settings/input";
import { RelaySettings } from "../../settings/settings";
import { Parameters } from "./parameters";

/** Why `postfixParameters` may not have them. */
export const owned: OwnedParameters = {
  local_header_rewrite_clients: fixed,
  message_strip_characters: fixed,
  strict_mime_encoding_domain: ({ headerChecks }: RelayInput) => written("headerChecks", headerChecks?.length),
  always_bcc: ({ alwaysBcc }) => written("alwaysBcc", alwaysBcc),
  canonical_maps: ({ rewriting }) => written("rewriting.canonical", rewriting?.canonical?.length),
  sender_canonical_maps: ({ rewriting }) => written("rewriting.senders", rewriting?.senders?.length),
  recipient_canonical_maps: ({ rewriting }) => written("rewriting.recipients", rewriting?.recipients?.length),
  smtp_generic_maps: ({ rewriting }) => written("rewriting.generic", rewriting?.generic?.length),
  ...Object.fromEntries(
    ["header_checks", "mime_header_checks", "nested_header_checks"].map((name) => [
      name,
      ({ headerChecks }: RelayInput) => written("headerChecks", headerChecks?.length),
    ]),
  ),
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
export function rewritingParameters(settings: RelaySettings): Parameters {
  const { alwaysBcc, rewriting, headerChecks } = settings;
  const used = kinds.filter((kind) => rewriting[kind].length > 0);
  return {
    // Whose headers are completed and rewritten like the envelope: those who submit mail (RFC 6409 8), not other servers.
    local_header_rewrite_clients: ["permit_inet_interfaces", "permit_mynetworks", "permit_sasl_authenticated"],
    // RFC 5321 forbids it in messages. Postfix would end a header's value there, and take a name with it for text.
    message_strip_characters: "\\0",
    ...(alwaysBcc === undefined ? {} : { always_bcc: alwaysBcc }),
    ...Object.fromEntries(used.map((kind) => [maps[kind], `texthash:$config_directory/${fileOf(kind)}`])),
    ...(headerChecks.length > 0 ? { header_checks: "regexp:$config_directory/header_checks" } : {}),
    ...(headerChecks.some(protecting) ? { strict_mime_encoding_domain: true } : {}),
    ...partHeaderChecks(settings),
  };
}

/** Rules that keep mail from its recipients. */
const protecting = ({ action }: HeaderCheck) => ["reject", "hold"].includes(action);

/**
 * Parts that Postfix does not find, though mail programs do: their headers would pass such a rule unseen. It knows boundaries
 * in one form, and not of more than a line; `message/partial` has others put the parts together. That an attached message
 * must not be encoded is a parameter.
 */
const unseenParts = [
  ["boundary[^=;]*[*]", "a boundary in the form of RFC 2231"],
  ['boundary[[:space:]]*=[[:space:]]*"?[^";]{255}', "a boundary of more than 70 characters"],
  ["message/partial", "a message in parts"],
].map(([form, what]) => `~^Content-Type:.*${form}~ REJECT 5.7.1 ${what} is not accepted, it hides headers\n`);

/** Actions that change no message; they alone apply to what is inside of one, which may be signed or be evidence. */
const watching = ({ action }: HeaderCheck) => ["reject", "hold", "warn"].includes(action);

/**
 * Checks of the headers of parts and of attached messages. By default Postfix takes its header checks for them, and those
 * of listeners that hide their clients would change what users attach.
 */
function partHeaderChecks(settings: RelaySettings): Parameters {
  const { headerChecks } = settings;
  const ofRules = headerChecks.some(watching) ? "regexp:$config_directory/part_header_checks" : "";
  const checks = headerChecks.length > 0 ? ofRules : (chosenParameter(settings, "header_checks") ?? "");
  const both = ["mime_header_checks", "nested_header_checks"] as const;
  return Object.fromEntries(
    both.filter((name) => chosenParameter(settings, name) === undefined).map((name) => [name, checks]),
  );
}

/** The tables those parameters name. */
export function rewritingTables({ rewriting, headerChecks }: RelaySettings): { path: string; body: string }[] {
  const tables = kinds
    .filter((kind) => rewriting[kind].length > 0)
    .map((kind) => ({
      path: fileOf(kind),
      body: rewriting[kind].map(({ from, to }) => `${from.toLowerCase()} ${to}\n`).join(""),
    }));
  // The first rule that matches a header counts.
  const first = headerChecks.some(protecting) ? unseenParts : [];
  const checks = (path: string, rules: HeaderCheck[]) =>
    rules.length === 0 ? [] : [{ path, body: [...first, ...rules.map(headerCheck)].join("") }];
  return [
    ...tables,
    ...checks("header_checks", headerChecks),
    ...checks("part_header_checks", headerChecks.filter(watching)),
  ];
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
  const value = pattern === undefined ? "" : valueExpression(pattern);
  const end = delimiters.find((candidate) => !value.includes(candidate)) ?? "/";
  // A refusal always says something: daemons of some releases stumble over a bare code.
  const said = action === "reject" ? `5.7.1 ${text ?? `header ${header} is not accepted`}` : (text ?? "");
  return `${end}^${header}:${value}${end} ${`${actions[action] ?? ""} ${said}`.trim()}\n`;
}
