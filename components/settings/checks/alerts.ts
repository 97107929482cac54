import { RelayInput } from "../input";
import { isAddress, quote, Report } from "./report";

/** Who is told when something goes wrong; the webhook is a secret and checked apart. */
export function checkAlerts({ alerts }: RelayInput, report: Report): void {
  if (!alerts) return;
  const { webhook, mail, deferredAge, loginFailures, certificateShare } = alerts;
  if (webhook === undefined && mail === undefined) {
    report("alerts", "nobody would be told; give alerts.webhook, alerts.mail or both", ["alerts.mail"]);
  }
  if (mail !== undefined && !isAddress(mail)) {
    report("alerts.mail", `${quote(mail)} is not a mail address, for example ops@example.net`);
  }
  checkWhole("alerts.deferredAge", deferredAge, "seconds", report);
  checkWhole("alerts.loginFailures", loginFailures, "refused logins", report);
  if (certificateShare !== undefined && !(certificateShare > 0 && certificateShare < 1)) {
    report(
      "alerts.certificateShare",
      `${quote(certificateShare)} is not a share; give a number between 0 and 1, such as 0.2`,
    );
  }
}

/** Whom DigitalOcean tells about the droplet. */
export function checkDropletAlerts({ droplet }: RelayInput, report: Report): void {
  if (!droplet?.alerts) return;
  const { emails = [], diskPercent, memoryPercent } = droplet.alerts;
  if (emails.length === 0) {
    report("droplet.alerts.emails", "missing; name at least one member of your DigitalOcean team by mail address");
  }
  emails.forEach((email, index) => {
    if (!isAddress(email)) {
      report(`droplet.alerts.emails[${index}]`, `${quote(email)} is not a mail address, for example ops@example.net`);
    }
  });
  for (const [name, percent] of Object.entries({ diskPercent, memoryPercent })) {
    if (percent !== undefined && !(percent > 0 && percent < 100)) {
      report(`droplet.alerts.${name}`, `${quote(percent)} is not a share in percent; give a number between 0 and 100`);
    }
  }
}

function checkWhole(path: string, value: number | undefined, unit: string, report: Report): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
    report(path, `${quote(value)} is not a number of ${unit}; give a whole number from 1 on`);
  }
}

/** How long the log is kept. */
export function checkLogDays({ logDays }: RelayInput, report: Report): void {
  if (logDays !== undefined && !(Number.isInteger(logDays) && logDays >= 0 && logDays <= 3650)) {
    report("logDays", `${quote(logDays)} is not a number of days; give a whole number from 0 to 3650`);
  }
}

/** The webhook, whose text is never shown. */
export function checkWebhook(webhook: string | undefined, report: Report): void {
  if (webhook === undefined) return;
  const parsed = typeof webhook === "string" && URL.canParse(webhook) ? new URL(webhook) : undefined;
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) {
    report(
      "alerts.webhook",
      "is not an address to post to; give one that begins with https:// (its value is not shown here)",
    );
  }
}
