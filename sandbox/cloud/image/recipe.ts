import type { Release } from "../types";

/*
 * Real Ubuntu in place of its Debian stand-ins: debootstrap knows Ubuntu's suites, and the same packages are in its
 * archive, in the components main and universe. Where an Ubuntu mirror can be reached, a release here with the suite
 * (for example noble), that mirror for debootstrap and both components in the source lines is all that differs.
 */

/** The releases there are, oldest first, and the number their image slugs carry. */
export const DEBIAN_NUMBER: Record<Release, string> = { bullseye: "11", bookworm: "12", trixie: "13" };

/** What an image has beyond debootstrap's minimum, as stock images of clouds have it; prepare.sh installs it. */
export const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "udev",
  "openssh-server",
  "cloud-init",
  "locales",
  "sudo",
  "procps",
  "netbase",
  "iproute2",
  "iputils-ping",
  "apt-utils",
  "openssl",
  "unattended-upgrades",
];

/** Package sources that a mirror may have dropped for an old release: `[suite, in the security archive]`. */
export const optionalSuites = (release: Release): [string, boolean][] => [
  [`${release}-updates`, false],
  [`${release}-security`, true],
];
