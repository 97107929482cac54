import { RelaySettings } from "../../settings/settings";
import type { HostService } from "../service";

const unit = "mail-relay-logs.service";

// journald reads its configuration only when it starts; it keeps its sockets over that, so nothing is lost.
const service = `[Unit]
Description=Bound the journal's age (pulumi-mail-relay)

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=systemctl try-restart systemd-journald.service

[Install]
WantedBy=multi-user.target
`;

/** How long the journal keeps what it has, and with it the mail log; undefined when that is left to the host. */
export function logRetention({ logDays }: RelaySettings): HostService | undefined {
  if (logDays === 0) return undefined;
  return {
    name: "logs",
    unit,
    packages: [],
    files: [
      {
        path: "/etc/systemd/journald.conf.d/mail-relay.conf",
        body: `[Journal]\nMaxRetentionSec=${logDays}day\n`,
        mode: 0o644,
      },
      { path: `/etc/systemd/system/${unit}`, body: service, mode: 0o644 },
    ],
  };
}
