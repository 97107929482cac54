import { dirname } from "node:path";
import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf } from "../template";
import { unit } from "../unit";

/** Where Debian's prometheus-node-exporter looks for metrics of others. */
const collectorFile = "/var/lib/prometheus/node-exporter/mail_relay.prom";

/** The collector's folder, which its package brings, and maybe later than the relay. */
const collectorFolder = dirname(collectorFile);
const forMetrics = [
  `ExecStartPre=+sh -c "umask 022; mkdir -p ${collectorFolder}"`,
  `ReadWritePaths=-${collectorFolder}`,
];

const folder = "/usr/local/lib/mail-relay-watch";
const configFile = "/etc/mail-relay-watch.json";
const programs = ["watch.py", "exposition.py", "alerts.py"];

/** The timer that writes metrics and sends alerts. */
export const watch: Service = {
  of({ myHostname, metrics, alerts }, { alertWebhook }, earlier) {
    if (!metrics && alerts === undefined) return undefined;
    const file = (path: string, name: string): HostFile => ({ path, body: textOf(__dirname, name), mode: 0o644 });
    const config = {
      host: myHostname,
      units: earlier.filter(({ watched = true }) => watched).flatMap(({ unit: name, also = [] }) => [name, ...also]),
      metrics: metrics ? collectorFile : undefined,
      alerts: alerts && { ...alerts, webhook: alertWebhook },
    };
    return {
      name: "watch",
      unit: "mail-relay-watch.timer",
      packages: [],
      files: [
        ...programs.map((name) => file(`${folder}/${name}`, name)),
        ...library(folder, "journal", "listeners", "lock", "logline", "postfix", "process", "queues", "smtp", "x509"),
        { path: configFile, body: JSON.stringify(config) + "\n", mode: 0o600 },
        unit(__dirname, "mail-relay-watch.service", { metrics: metrics ? forMetrics : [] }),
        unit(__dirname, "mail-relay-watch.timer"),
      ],
    };
  },
};
