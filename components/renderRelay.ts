import { renderBundle, unsupported } from "./render/bundle";
import { Facts } from "./postfix/facts";
import { releaseFacts } from "./render/releases";
import { quote } from "./settings/checks/report";
import { ResolvedArgs } from "./settings/input";
import { inspect } from "./settings/inspect";
import { smartHosts } from "./settings/outgoing";
import { resolve } from "./settings/resolve";
import { RelaySettings } from "./settings/settings";
import { describeIssues } from "./settings/validate";

/** A file as a deploy writes it to the host. */
export interface RelayFile {
  content: string;
  /** Its permissions, for example 0o644. */
  mode: number;
}

/** For which host `renderRelay` renders. */
export interface RenderOptions {
  /** Distribution and release, or the Postfix version: `debian 12`, `ubuntu 24.04`, `3.7`. */
  release: string;
}

/**
 * The configuration files a relay with these arguments has on the host, by absolute path. It needs neither a Pulumi engine
 * nor a host, so that a program's own tests can hold main.cf, tables and units. Arguments are plain values. A secret
 * shows as the path of its option in brackets, `<relayHost.password>`.
 */
export function renderRelay(args: ResolvedArgs, options: RenderOptions): Record<string, RelayFile> {
  const { input, issues } = inspect(args);
  if (issues.length > 0) throw new Error(describeIssues("relay", issues));
  const settings = resolve(input, new Date().toISOString().slice(0, 10));
  const facts = factsFor((options as RenderOptions | undefined | null)?.release);
  const impossible = unsupported(settings, facts);
  if (impossible.length > 0) throw new Error(describeIssues("relay", impossible));
  const { files } = renderBundle(settings, facts, placeholders(settings));
  const rendered = files.flatMap(({ path, body, mode }): [string, RelayFile][] => {
    const target = targetOf(path);
    // Programs are the same for every relay.
    return target === undefined || target.startsWith("/usr/local/lib/") ? [] : [[target, { content: body, mode }]];
  });
  return Object.fromEntries(rendered);
}

function factsFor(release: unknown): Facts {
  const facts = typeof release === "string" && Object.hasOwn(releaseFacts, release) ? releaseFacts[release] : undefined;
  if (!facts)
    throw new Error(`release: ${quote(release)} is not a known release; use ${Object.keys(releaseFacts).join(", ")}`);
  return facts;
}

/** Where a file of the bundle goes; undefined for what only the deploy itself reads. */
function targetOf(path: string): string | undefined {
  if (path.startsWith("etc/")) return `/etc/postfix/${path.slice("etc/".length)}`;
  return /^services\/[^/]+\/tree(\/.*)$/.exec(path)?.[1];
}

function placeholders(settings: RelaySettings) {
  const routes = smartHosts(settings).map(({ option }) => [option, `<${option}.password>`] as const);
  return {
    relayHostPassword: "<relayHost.password>",
    routePasswords: Object.fromEntries(routes.filter(([option]) => option !== "relayHost")),
    alertWebhook: "<alerts.webhook>",
    dkimKeys: settings.dkim?.selectors.map((_, index) => `<dkim.selectors[${index}].privateKey>`),
    digitalOceanToken: "<tls.acme.digitalOceanToken>",
  };
}
