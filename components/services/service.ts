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
  /** A file of `components` whose text goes in place of `body`. */
  script?: string;
  mode: number;
  /** `user:group`. Default: root's. */
  owner?: string;
}
