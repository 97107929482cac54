import type { PackagesSeen } from "../surroundings";
import { fault, warning, type Check } from "./finding";

export const packages: Check<PackagesSeen>[] = [
  ({ changed }) =>
    changed.map((path) =>
      fault(
        "package-changed",
        `${path} is not the file that its package brought`,
        `apt-get install --reinstall $(dpkg -S '${path}' | cut -d: -f1)`,
      ),
    ),
  ({ downgraded }) =>
    downgraded.map(({ name, before, now }) =>
      warning(
        "package-downgraded",
        `the package ${name} was set back from ${before} to ${now}, and lacks what was mended in between`,
        `apt-get update && apt-get install --only-upgrade ${name}`,
      ),
    ),
  ({ held }) =>
    held.map((name) =>
      warning("package-held", `the package ${name} is held back from upgrades`, `apt-mark unhold ${name}`),
    ),
  ({ upgradesOff }) =>
    upgradesOff.map((why) =>
      warning(
        "upgrades-off",
        `security upgrades are switched off: ${why}`,
        "restore it: `apt-config dump | grep Periodic` shows apt's settings, `systemctl enable --now apt-daily.timer` the timer",
      ),
    ),
];
