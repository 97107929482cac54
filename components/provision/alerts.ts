import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { DropletAlertSettings, RelaySettings } from "../settings/settings";

/** How long a share must be exceeded, and a droplet silent, before anybody is told. */
const window = "5m";
const silence = "2m";

/** What DigitalOcean itself watches: disk and memory through its agent, and pings from outside. */
export function createDropletAlerts(
  name: string,
  settings: pulumi.Output<RelaySettings>,
  droplet: digitalocean.Droplet,
  opts: pulumi.CustomResourceOptions,
): void {
  const alerts = settings.apply((resolved): DropletAlertSettings => {
    if (!resolved.droplet?.alerts) throw new Error("createDropletAlerts() needs alert settings");
    return resolved.droplet.alerts;
  });
  const above = (role: string, measure: string, percent: pulumi.Output<number>) =>
    new digitalocean.MonitorAlert(
      `${name}-${role}-alert`,
      {
        alerts: { emails: alerts.emails },
        type: `v1/insights/droplet/${measure}_utilization_percent`,
        description: pulumi.interpolate`${settings.myHostname}: ${role} above ${percent} %`,
        compare: "GreaterThan",
        value: percent,
        window,
        entities: [droplet.id],
        enabled: true,
      },
      opts,
    );
  above("disk", "disk", alerts.diskPercent);
  above("memory", "memory", alerts.memoryPercent);
  const check = new digitalocean.UptimeCheck(
    `${name}-uptime`,
    { name: settings.myHostname, type: "ping", target: droplet.ipv4Address, enabled: true },
    opts,
  );
  new digitalocean.UptimeAlert(
    `${name}-uptime-alert`,
    {
      name: pulumi.interpolate`${settings.myHostname} does not answer`,
      checkId: check.id,
      type: "down",
      period: silence,
      notifications: [{ emails: alerts.emails }],
    },
    opts,
  );
}
