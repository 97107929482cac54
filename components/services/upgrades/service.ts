import { RelaySettings } from "../../settings/settings";
import type { HostService } from "../service";

// The release's own list of origins, which holds its security updates, is left as it is, and so is the hour.
const policy = `// Managed by pulumi-mail-relay: change the MailRelay's arguments, edits here are lost.
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// A reboot refuses mail for a while; when, is for a person to say.
Unattended-Upgrade::Automatic-Reboot "false";
// An upgrade that a shutdown meets ends after the present package, and not in the middle of one.
Unattended-Upgrade::MinimalSteps "true";
`;

/** apt's daily upgrade with security updates, Postfix's among them; undefined where it is left as it is. */
export function upgrades({ unattendedUpgrades }: RelaySettings): HostService | undefined {
  if (!unattendedUpgrades) return undefined;
  return {
    name: "upgrades",
    unit: "apt-daily-upgrade.timer",
    packages: ["unattended-upgrades"],
    // Read after the package's own 20auto-upgrades and 50unattended-upgrades.
    files: [{ path: "/etc/apt/apt.conf.d/52mail-relay", body: policy, mode: 0o644 }],
    check: "apt-config dump >/dev/null",
  };
}
