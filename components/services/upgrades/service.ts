import type { Service } from "../service";
import { textOf } from "../template";

/**
 * apt's daily upgrade with security updates, Postfix's among them. The release's own list of origins, which holds its
 * security updates, is left as it is, and so is the hour.
 */
export const upgrades: Service = {
  of({ unattendedUpgrades }) {
    if (!unattendedUpgrades) return undefined;
    return {
      name: "upgrades",
      unit: "apt-daily-upgrade.timer",
      packages: ["unattended-upgrades"],
      // Read after the package's own 20auto-upgrades and 50unattended-upgrades.
      files: [{ path: "/etc/apt/apt.conf.d/52mail-relay", body: textOf(__dirname, "52mail-relay"), mode: 0o644 }],
      check: "apt-config dump >/dev/null",
    };
  },
};
