import { RelaySettings } from "../settings/settings";
import type { BundleSecrets, RenderedFile } from "./bundle";
import { certificate } from "./services/certificate";
import { watch } from "./services/watch";

/** A service beside Postfix: `host/services.sh` installs its files, checks them, runs it, and ends it when it goes. */
export interface HostService {
  /** Names it among the others. */
  name: string;
  /** The systemd unit that runs it; a package's own or one of `files`. */
  unit: string;
  /** Debian packages it needs. */
  packages: string[];
  /** Its configuration files, by absolute path. */
  files: HostFile[];
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
  const beside = [certificate(settings)].filter((service) => service !== undefined);
  const units = beside.map(({ unit }) => unit);
  const watching = watch(settings, units, secrets.alertWebhook);
  return watching ? [...beside, watching] : beside;
}

/** The services as files for the apply step. */
export function serviceFiles(wanted: HostService[]): RenderedFile[] {
  return wanted.flatMap(({ name, unit, files, check }) => {
    const note = (path: string, lines: string[]): RenderedFile[] =>
      lines.length === 0 ? [] : [{ path: `services/${name}/${path}`, body: lines.join("\n") + "\n", mode: 0o600 }];
    const owners = files.flatMap(({ path, owner }) => (owner === undefined ? [] : [`${owner} ${path.slice(1)}`]));
    return [
      ...note("unit", [unit]),
      ...note("check", check === undefined ? [] : [check]),
      ...note("owners", owners),
      ...files.map(({ path, body, script, mode }) => ({ path: `services/${name}/tree${path}`, body, script, mode })),
    ];
  });
}
