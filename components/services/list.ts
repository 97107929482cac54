import { RelaySettings } from "../settings/settings";
import type { BundleSecrets } from "../render/bundleSecrets";
import type { RenderedFile } from "../render/renderedFile";
import type { HostService } from "./service";
import { countsRecipients } from "../postfix/limits";
import { ban } from "./ban/service";
import { logRetention } from "./logs/service";
import { loginLimit } from "./loginLimit/service";
import { resolver } from "./resolver/service";
import { signer } from "./signer/service";
import { upgrades } from "./upgrades/service";
import { certificate } from "./certificate/service";
import { watch } from "./watch/service";
import { takesLogins } from "../settings/listeners";

/** The services these settings ask for; without secrets their files are not complete. */
export function services(settings: RelaySettings, secrets: BundleSecrets = {}): HostService[] {
  const { ban: wanted } = settings.limits;
  const beside = [
    resolver(settings),
    certificate(settings, secrets.digitalOceanToken),
    signer(settings, secrets.dkimKeys),
    upgrades(settings),
    countsRecipients(settings) ? loginLimit(settings) : undefined,
    wanted && takesLogins(settings) ? ban(settings, wanted) : undefined,
  ].filter((service) => service !== undefined);
  const units = beside.map(({ unit }) => unit);
  const watching = watch(settings, units, secrets.alertWebhook);
  return [...beside, logRetention(settings), watching].filter((service) => service !== undefined);
}

/** The services as files for the apply step. */
export function serviceFiles(wanted: HostService[]): RenderedFile[] {
  return wanted.flatMap(({ name, unit, files, check, reloads }) => {
    const note = (path: string, lines: string[]): RenderedFile[] =>
      lines.length === 0 ? [] : [{ path: `services/${name}/${path}`, body: lines.join("\n") + "\n", mode: 0o600 }];
    const owners = files.flatMap(({ path, owner }) => (owner === undefined ? [] : [`${owner} ${path.slice(1)}`]));
    return [
      ...note("unit", [unit]),
      ...note("check", check === undefined ? [] : [check]),
      ...note("reloads", reloads ? ["yes"] : []),
      ...note("owners", owners),
      ...files.map(({ path, body, script, mode }) => ({ path: `services/${name}/tree${path}`, body, script, mode })),
    ];
  });
}
