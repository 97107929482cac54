import type { Parameters } from "../postfix/parameters/parameters";
import type { BundleSecrets } from "../render/bundleSecrets";
import type { RenderedFile } from "../render/renderedFile";
import type { OwnedParameters } from "../settings/ownedParameters";
import type { RelaySettings } from "../settings/settings";

/** A kind of service beside Postfix. `list.ts` has all of them; whoever needs something of a service asks that list. */
export interface Service {
  /** main.cf parameters that `postfixParameters` leaves to the service. */
  owned?: OwnedParameters;
  /**
   * The service for these settings, or undefined where they ask for none. Without secrets its files are not complete.
   * `earlier` are the services that come before it in the list.
   */
  of(settings: RelaySettings, secrets: BundleSecrets, earlier: HostService[]): HostService | undefined;
}

/** A service as one host has it: `host/services.sh` installs its files, checks them, runs it, and removes it again. */
export interface HostService {
  /** Names it among the others. */
  name: string;
  /** The systemd unit that runs it; a package's own or one of `files`. */
  unit: string;
  /** Further units of it that run all the time, which the other one starts and stops. */
  also?: string[];
  /** The unit has other users too, so it stays enabled when the service goes. Default: false. */
  shared?: boolean;
  /** Whether metrics and alerts cover it. Default: true. */
  watched?: boolean;
  /** Debian packages it needs. */
  packages: string[];
  /** Units that a package brings and nobody asked for: masked, unless the package was there before. */
  masks?: { package: string; unit: string }[];
  /** Its configuration files and programs, by absolute path. */
  files: HostFile[];
  /** Changed files take a reload instead of a restart, as long as no unit is among them. Default: false. */
  reloads?: boolean;
  /** A command line that succeeds when the installed files are good. */
  check?: string;
  /** TCP ports that firewalls let through for it, besides those that are open anyway. */
  ports?: { inbound?: number[]; outbound?: number[] };
  /** Its parameters in main.cf under a title. One that is written anyway takes the service's value where it stands. */
  mainCf?: { title: string; parameters: Parameters };
  /** What every listener with a login has in master.cf for it, and the main.cf parameters those options refer to. */
  logins?: { parameters: Parameters; options: Record<string, string>; milter?: LoginMilter };
  trial?: Trial;
}

/** A milter that only listeners with a login ask. */
export interface LoginMilter {
  /** As in Postfix's `smtpd_milters`. */
  address: string;
  /** Whether the trial instance asks it too. */
  inTrial: boolean;
}

/** What a service changes in the trial instance, and what the trial must show. */
export interface Trial {
  /** In place of, or besides, the parameters of main.cf. */
  parameters?: Parameters;
  /** Relative to the trial's configuration. */
  files?: RenderedFile[];
  /** A regular expression (POSIX extended) that a line of the trial's log must match, and what to say if none does. */
  expect?: { pattern: string; otherwise: string };
  /** Whose signature the trial's message must have when it leaves, and the file of the private key that makes it. */
  signature?: { domain: string; selector: string; keyFile: string };
}

/** A file of a service. */
export interface HostFile {
  /** Absolute path, without spaces. */
  path: string;
  body: string;
  mode: number;
  /** `user:group`. Default: root's. */
  owner?: string;
}
