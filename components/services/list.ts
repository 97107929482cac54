import { RelaySettings } from "../settings/settings";
import type { BundleSecrets, RenderedFile } from "../render/bundle";
import { countsRecipients } from "../postfix/limits";
import { ban } from "./ban/service";
import { logRetention } from "./logs/service";
import { loginLimit } from "./loginLimit/service";
import { resolver } from "./resolver/service";
import { signer } from "./signer/service";
import { upgrades } from "./upgrades/service";
import { certificate } from "./certificate/service";
import { watch } from "./watch/service";
import { takesLogins } from "../render/takesLogins";

/** A service beside Postfix: `host/services.sh` installs its files, checks them, runs it, and ends it when it goes. */
export interface HostService {
  /** Names it among the others. */
  name: string;
  /** The systemd unit that runs it; a package's own or one of `files`. */
  unit: string;
  /**
   * Its packages must come without what they recommend, and unstarted. User data can do neither, so the install step
   * brings them. Default: false.
   */
  bare?: boolean;
  /** Debian packages it needs. */
  packages: string[];
  /** Units that a package brings and nobody asked for: masked, unless the package was there before. */
  masks?: { package: string; unit: string }[];
  /** Its configuration files, by absolute path. */
  files: HostFile[];
  /** Changed files take a reload instead of a restart, as long as no unit is among them. Default: false. */
  reloads?: boolean;
  /** A command line that succeeds when the installed files are good. */
  check?: string;
}

/** A file of a service. */
export interface HostFile {
  /** Absolute path, without spaces. */
  path: string;
  body: string;
  /** A file of `components/host` whose text goes in place of `body`. */
  script?: string;
  mode: number;
  /** `user:group`. Default: root's. */
  owner?: string;
}

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
