import { library } from "../library";
import type { HostFile, Service } from "../service";
import { textOf } from "../template";
import { unit } from "../unit";

/** Where Debian's prometheus-node-exporter looks for metrics of others. */
const collectorFile = "/var/lib/prometheus/node-exporter/mail_relay.prom";

const folder = "/usr/local/lib/mail-relay-watch";
const configFile = "/etc/mail-relay-watch.json";
const programs = ["watch.py", "exposition.py", "alerts.py"];
const units = ["mail-relay-watch.service", "mail-relay-watch.timer"];

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
        ...units.map((name) => unit(__dirname, name)),
      ],
    };
  },
};
