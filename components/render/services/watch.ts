import { RelaySettings } from "../../settings/settings";
import type { HostService } from "../services";
import { library } from "./library";

/** Where Debian's prometheus-node-exporter looks for metrics of others. */
const collectorFile = "/var/lib/prometheus/node-exporter/mail_relay.prom";

const folder = "/usr/local/lib/mail-relay-watch";
const configFile = "/etc/mail-relay-watch.json";

const service = `[Unit]
Description=Look at the mail relay (pulumi-mail-relay)
After=postfix.service
# Started by hand as often as somebody likes.
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=python3 -B ${folder}/watch.py ${configFile}
StateDirectory=mail-relay-watch
StateDirectoryMode=0700
TimeoutStartSec=120
`;

const timer = `[Unit]
Description=Look at the mail relay every minute (pulumi-mail-relay)

[Timer]
OnActiveSec=5
OnUnitActiveSec=60
AccuracySec=5

[Install]
WantedBy=timers.target
`;

/** The timer that writes metrics and sends alerts; undefined when neither is asked for. `beside` are units it watches. */
export function watch(settings: RelaySettings, beside: string[], webhook?: string): HostService | undefined {
  const { myHostname, metrics, alerts } = settings;
  if (!metrics && alerts === undefined) return undefined;
  const config = {
    host: myHostname,
    units: beside,
    metrics: metrics ? collectorFile : undefined,
    alerts: alerts && { ...alerts, webhook },
  };
  return {
    name: "watch",
    unit: "mail-relay-watch.timer",
    packages: [],
    files: [
      ...["watch.py", "exposition.py", "alerts.py"].map((name) => ({
        path: `${folder}/${name}`,
        body: "",
        script: `watch/${name}`,
        mode: 0o644,
      })),
      ...library(folder, "lock", "postfix", "process", "queues", "x509"),
      { path: configFile, body: JSON.stringify(config) + "\n", mode: 0o600 },
      { path: "/etc/systemd/system/mail-relay-watch.service", body: service, mode: 0o644 },
      { path: "/etc/systemd/system/mail-relay-watch.timer", body: timer, mode: 0o644 },
    ],
  };
}
