import type { RelayParts } from "../render/parts";
import { clientTls } from "./parameters/clientTls";
import { Facts } from "./facts";
import { loginHeaderChecks } from "./parameters/hideClients";
import { loginMilters } from "./parameters/loginMilters";
import { limits } from "./parameters/limits";
import { identity } from "./parameters/identity";
import { localDelivery } from "./parameters/localDelivery";
import { login } from "./parameters/login";
import { relaying } from "./parameters/relaying";
import { throughput } from "./parameters/throughput";
import { outgoing } from "./parameters/outgoing";
import type { Parameters, ParameterValue } from "./parameters/parameters";
import { rewritingParameters } from "./parameters/rewriting";

/** Prints parameters in their given order; `#` never starts inside a value, where Postfix would take it as text. */
export function printMainCf(sections: [title: string, parameters: Parameters][]): string {
  const lines = ["# Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost."];
  for (const [title, parameters] of sections) {
    const entries = Object.entries(parameters);
    if (entries.length === 0) continue;
    lines.push("", `# ${title}`);
    for (const [name, value] of entries) lines.push(`${name} =${printValue(value)}`);
  }
  return lines.join("\n") + "\n";
}

function printValue(value: ParameterValue): string {
  if (typeof value === "boolean") return value ? " yes" : " no";
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text === "" ? "" : ` ${text}`;
}

/** main.cf for these parts on the host the facts describe. `overrides` replace or follow the rendered ones. */
export function renderMainCf(parts: RelayParts, facts: Facts, overrides: Parameters = {}): string {
  const { settings, services } = parts;
  const ofLogins = services.map(({ logins }) => logins?.parameters);
  const ofServices = services.flatMap(({ mainCf }) => mainCf ?? []);
  const sections: [string, Parameters][] = [
    ["Identity", identity(settings, facts)],
    ["Local delivery: only the host's own accounts, never the mail domain", localDelivery(settings)],
    ["Who may relay", relaying(settings, facts)],
    ["Login; the listeners in master.cf switch it on", login(settings, facts)],
    ["TLS for clients", clientTls(settings)],
    ["How much clients may ask", limits(settings)],
    [
      "Listeners with a login",
      Object.assign({}, ...ofLogins, loginMilters(parts), loginHeaderChecks(settings)) as Parameters,
    ],
    ["Outgoing mail", outgoing(parts)],
    ["Changes to messages", rewritingParameters(settings)],
    ["Throughput", throughput()],
    ["Chosen with postfixParameters", settings.postfixParameters],
  ];
  const written = new Set(sections.flatMap(([, parameters]) => Object.keys(parameters)));
  const own = ofServices.map(({ title, parameters }): [string, Parameters] => [title, without(parameters, written)]);
  sections.splice(-2, 0, ...own);
  const ofAll = ofServices.map(({ parameters }) => parameters);
  const replacements = Object.assign({}, ...ofAll, overrides) as Parameters;
  const replaced = sections.map(([title, parameters]): [string, Parameters] => [
    title,
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, replacements[name] ?? value])),
  ]);
  const all = new Set(sections.flatMap(([, parameters]) => Object.keys(parameters)));
  return printMainCf([...replaced, ["Additional", without(overrides, all)]]);
}

function without(parameters: Parameters, names: Set<string>): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.has(name)));
}
