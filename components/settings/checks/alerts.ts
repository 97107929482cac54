import { RelayInput } from "../settings";
import { isAddress, quote, Report } from "./report";

/** Who is told when something goes wrong; the webhook is a secret and checked apart. */
export function checkAlerts({ alerts }: RelayInput, report: Report): void {
  if (!alerts) return;
  const { mail, deferredAge, loginFailures, certificateShare } = alerts;
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

function checkWhole(path: string, value: number | undefined, unit: string, report: Report): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
    report(path, `${quote(value)} is not a number of ${unit}; give a whole number from 1 on`);
  }
}

/** The webhook, whose text is never shown. */
export function checkWebhook(webhook: string | undefined, report: Report): void {
  if (webhook === undefined) return;
  const parsed = URL.canParse(webhook) ? new URL(webhook) : undefined;
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) {
    report(
      "alerts.webhook",
      "is not an address to post to; give one that begins with https:// (its value is not shown here)",
    );
  }
}
